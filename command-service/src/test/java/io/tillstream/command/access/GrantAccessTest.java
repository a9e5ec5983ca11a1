package io.tillstream.command.access;

import static io.tillstream.command.access.AccessRefusal.PRODUCT_INACTIVE;
import static io.tillstream.command.access.AccessRefusal.PRODUCT_UNKNOWN;
import static io.tillstream.command.access.AccessRefusal.USER_ERASED;
import static io.tillstream.command.access.AccessRefusal.USER_UNKNOWN;
import static io.tillstream.command.access.AnAccess.ID;
import static io.tillstream.command.access.AnAccess.NOW;
import static io.tillstream.command.access.AnAccess.PRODUCT;
import static io.tillstream.command.access.AnAccess.USER;
import static io.tillstream.command.access.AnAccess.aProduct;
import static io.tillstream.command.access.AnAccess.aUser;
import static io.tillstream.command.access.AnAccess.anAccess;
import static io.tillstream.command.access.AnAccess.anInactiveProduct;
import static io.tillstream.command.spec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.access.AccessCommand.GrantAccess;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent.UserErased;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GrantAccessTest {
    @Test
    void refusesAnUnknownProductBeforeAnUnknownUser() {
        assertRefused(PRODUCT_UNKNOWN, () -> AccessRules.grant(null, null, null, grant(null, null), NOW));
    }

    @Test
    void refusesAnInactiveProductBeforeAnUnknownUser() {
        assertRefused(
                PRODUCT_INACTIVE, () -> AccessRules.grant(null, anInactiveProduct(), null, grant(null, null), NOW));
    }

    @Test
    void refusesAnUnknownUser() {
        assertRefused(USER_UNKNOWN, () -> AccessRules.grant(null, aProduct(), null, grant(null, null), NOW));
    }

    @Test
    void refusesAnErasedUser() {
        User nobody = User.after(aUser(), new UserErased(USER, NOW, "Asked for it"));
        assertRefused(USER_ERASED, () -> AccessRules.grant(null, aProduct(), nobody, grant(null, null), NOW));
    }

    @Test
    void doesNothingWhenItHappenedBefore() {
        assertThat(AccessRules.grant(anAccess().granted(), aProduct(), aUser(), grant(null, null), NOW))
                .isEmpty();
    }

    @Test
    void lastsForEverWithoutALengthOrAnEnd() {
        assertThat(granted(grant(null, null))).containsExactly(accessGranted(null, null));
    }

    @Test
    void lastsAsManyCalendarDaysAsAsked() {
        assertThat(granted(grant(30, null))).containsExactly(accessGranted(Instant.parse("2026-03-31T10:00:00Z"), 30));
    }

    @Test
    void endsWhenAskedAndHasNoLengthThen() {
        Instant end = NOW.plus(Duration.ofDays(3));
        assertThat(granted(grant(null, end))).containsExactly(accessGranted(end, null));
    }

    @Test
    void takesTheLengthWhenBothAreAsked() {
        assertThat(granted(grant(1, NOW.plus(Duration.ofDays(3)))))
                .containsExactly(accessGranted(NOW.plus(Duration.ofDays(1)), 1));
    }

    private static List<AccessEvent> granted(GrantAccess command) {
        return AccessRules.grant(null, aProduct(), aUser(), command, NOW);
    }

    private static GrantAccess grant(@Nullable Integer days, @Nullable Instant end) {
        return new GrantAccess(ID, USER, PRODUCT, days, end);
    }

    private static AccessGranted accessGranted(@Nullable Instant end, @Nullable Integer days) {
        return new AccessGranted(ID, NOW, USER, PRODUCT, end, days, 2900, "EUR");
    }
}
