package io.tillstream.events.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.access.AccessEvent.AccessExpired;
import io.tillstream.events.access.AccessEvent.AccessExtended;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.access.AccessEvent.AccessMadePermanent;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.derived.Reference;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final UUID USER = UUID.fromString("0199c0de-0000-7000-8000-000000000002");
    private static final UUID PRODUCT = UUID.fromString("0199c0de-0000-7000-8000-000000000003");
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Instant END = NOW.plus(Duration.ofDays(30));

    @Test
    void isExpiredFromItsEndOnWithoutAnyEvent() {
        Access access = granted(END);
        assertThat(access.expiredAt(END.minusMillis(1))).isFalse();
        assertThat(access.expiredAt(END)).isTrue();
        assertThat(granted(null).expiredAt(Instant.MAX)).isFalse();
    }

    @Test
    void isDueAtItsEndUntilThatIsRecorded() {
        assertThat(granted(END).derived().due()).isEqualTo(END);
        assertThat(granted(null).derived().due()).isNull();
        Access expired = after(granted(END), new AccessExpired(ID, END, USER, END));
        assertThat(expired.derived().due()).isNull();
        Instant later = END.plus(Duration.ofDays(7));
        assertThat(after(expired, new AccessExtended(ID, END, USER, 7, later))
                        .derived()
                        .due())
                .isEqualTo(later);
    }

    @Test
    void claimsItsUserAndProductUntilItIsRevokedEvenWhenItIsExpired() {
        Claim pair = Claim.on(Access.USER_AND_PRODUCT, USER + "/" + PRODUCT);
        assertThat(after(granted(END), new AccessExpired(ID, END, USER, END))
                        .derived()
                        .claims())
                .containsExactly(pair);
        assertThat(revoked().derived().claims()).isEmpty();
    }

    @Test
    void refersToItsUserAndProductForEver() {
        Derived derived = revoked().derived();
        assertThat(derived.alive()).isFalse();
        assertThat(derived.due()).isNull();
        assertThat(derived.references())
                .containsExactlyInAnyOrder(new Reference(Access.USER, USER), new Reference(Access.PRODUCT, PRODUCT));
    }

    @Test
    void hasNeitherEndNorLengthOnceItIsPermanent() {
        Access permanent = after(granted(END), new AccessMadePermanent(ID, NOW, USER));
        assertThat(permanent.expiresAt()).isNull();
        assertThat(permanent.durationDays()).isNull();
        assertThat(permanent.version()).isEqualTo(1);
    }

    private static Access granted(@Nullable Instant end) {
        return Access.after(null, new AccessGranted(ID, NOW, USER, PRODUCT, end, 30, 2900, "USD"));
    }

    private static Access revoked() {
        return after(granted(END), new AccessRevoked(ID, NOW, USER));
    }

    private static Access after(Access before, AccessEvent event) {
        return Access.after(before, event);
    }
}
