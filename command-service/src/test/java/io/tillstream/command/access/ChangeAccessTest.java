package io.tillstream.command.access;

import static io.tillstream.command.access.AccessRefusal.TOO_LONG;
import static io.tillstream.command.access.AccessRefusal.UNKNOWN;
import static io.tillstream.command.access.AnAccess.ID;
import static io.tillstream.command.access.AnAccess.NOW;
import static io.tillstream.command.access.AnAccess.SOMEBODY_ELSE;
import static io.tillstream.command.access.AnAccess.USER;
import static io.tillstream.command.access.AnAccess.anAccess;
import static io.tillstream.command.spec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.access.AccessCommand.ExtendAccess;
import io.tillstream.command.access.AccessCommand.MakeAccessPermanent;
import io.tillstream.command.access.AccessCommand.SetAccessDuration;
import io.tillstream.command.access.AccessCommand.SetAccessExpiry;
import io.tillstream.events.access.AccessEvent.AccessExpiryChanged;
import io.tillstream.events.access.AccessEvent.AccessExtended;
import io.tillstream.events.access.AccessEvent.AccessMadePermanent;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ChangeAccessTest {
    private static final Instant END = NOW.plus(Duration.ofDays(10));

    @Nested
    class Extend {
        @Test
        void refusesAnUnknownOneAndSomebodyElses() {
            assertRefused(UNKNOWN, () -> AccessRules.extend(null, extend(7), NOW));
            assertRefused(
                    UNKNOWN,
                    () -> AccessRules.extend(anAccess().granted(), new ExtendAccess(ID, SOMEBODY_ELSE, 7), NOW));
        }

        @Test
        void refusesAnEndBeyondTheLastYear() {
            Instant nearly = Instant.parse("9999-12-30T00:00:00Z");
            assertRefused(
                    TOO_LONG,
                    () -> AccessRules.extend(anAccess().expiring(nearly).granted(), extend(7), NOW));
        }

        @Test
        void leavesPermanentAccessPermanent() {
            assertThat(AccessRules.extend(anAccess().permanent().granted(), extend(7), NOW))
                    .isEmpty();
        }

        @Test
        void addsDaysToTheEndThatIsStillToCome() {
            assertThat(AccessRules.extend(anAccess().expiring(END).granted(), extend(7), NOW))
                    .containsExactly(new AccessExtended(ID, NOW, USER, 7, END.plus(Duration.ofDays(7))));
        }

        @Test
        void addsDaysToNowOnceItIsExpired() {
            assertThat(AccessRules.extend(anAccess().expired().granted(), extend(7), NOW))
                    .containsExactly(new AccessExtended(ID, NOW, USER, 7, NOW.plus(Duration.ofDays(7))));
        }

        private static ExtendAccess extend(int days) {
            return new ExtendAccess(ID, USER, days);
        }
    }

    @Nested
    class SetExpiry {
        @Test
        void refusesSomebodyElses() {
            assertRefused(
                    UNKNOWN,
                    () -> AccessRules.setExpiry(
                            anAccess().granted(), new SetAccessExpiry(ID, SOMEBODY_ELSE, END), NOW));
        }

        @Test
        void endsThenAndKeepsTheLengthItWasGrantedFor() {
            assertThat(AccessRules.setExpiry(anAccess().granted(), setExpiry(), NOW))
                    .containsExactly(new AccessExpiryChanged(ID, NOW, USER, END, 30));
        }

        @Test
        void endsPermanentAccessToo() {
            assertThat(AccessRules.setExpiry(anAccess().permanent().granted(), setExpiry(), NOW))
                    .containsExactly(new AccessExpiryChanged(ID, NOW, USER, END, null));
        }

        @Test
        void doesNothingWhenItEndsThenAnyway() {
            assertThat(AccessRules.setExpiry(anAccess().expiring(END).granted(), setExpiry(), NOW))
                    .isEmpty();
        }

        private static SetAccessExpiry setExpiry() {
            return new SetAccessExpiry(ID, USER, END);
        }
    }

    @Nested
    class SetDuration {
        @Test
        void refusesSomebodyElses() {
            assertRefused(
                    UNKNOWN,
                    () -> AccessRules.setDuration(
                            anAccess().granted(), new SetAccessDuration(ID, SOMEBODY_ELSE, 5), NOW));
        }

        @Test
        void lastsThatLongFromNow() {
            assertThat(AccessRules.setDuration(anAccess().granted(), new SetAccessDuration(ID, USER, 5), NOW))
                    .containsExactly(new AccessExpiryChanged(ID, NOW, USER, NOW.plus(Duration.ofDays(5)), 5));
        }
    }

    @Nested
    class MakePermanent {
        @Test
        void refusesSomebodyElses() {
            assertRefused(
                    UNKNOWN,
                    () -> AccessRules.makePermanent(
                            anAccess().granted(), new MakeAccessPermanent(ID, SOMEBODY_ELSE), NOW));
        }

        @Test
        void hasNoEndAnyMore() {
            assertThat(AccessRules.makePermanent(anAccess().expired().granted(), makePermanent(), NOW))
                    .containsExactly(new AccessMadePermanent(ID, NOW, USER));
        }

        @Test
        void doesNothingWhenItIsPermanent() {
            assertThat(AccessRules.makePermanent(anAccess().permanent().granted(), makePermanent(), NOW))
                    .isEmpty();
        }

        private static MakeAccessPermanent makePermanent() {
            return new MakeAccessPermanent(ID, USER);
        }
    }
}
