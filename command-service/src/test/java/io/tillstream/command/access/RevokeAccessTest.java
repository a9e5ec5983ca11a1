package io.tillstream.command.access;

import static io.tillstream.command.access.AccessRefusal.UNKNOWN;
import static io.tillstream.command.access.AnAccess.ID;
import static io.tillstream.command.access.AnAccess.NOW;
import static io.tillstream.command.access.AnAccess.SOMEBODY_ELSE;
import static io.tillstream.command.access.AnAccess.USER;
import static io.tillstream.command.access.AnAccess.anAccess;
import static io.tillstream.command.spec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.access.AccessCommand.RevokeAccess;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import org.junit.jupiter.api.Test;

class RevokeAccessTest {
    @Test
    void refusesAnUnknownOneAndSomebodyElses() {
        assertRefused(UNKNOWN, () -> AccessRules.revoke(null, new RevokeAccess(ID, USER), NOW));
        assertRefused(
                UNKNOWN, () -> AccessRules.revoke(anAccess().granted(), new RevokeAccess(ID, SOMEBODY_ELSE), NOW));
    }

    @Test
    void revokesAlsoWhatIsExpired() {
        assertThat(AccessRules.revoke(anAccess().expired().granted(), new RevokeAccess(ID, USER), NOW))
                .containsExactly(new AccessRevoked(ID, NOW, USER));
    }
}
