package io.tillstream.command.apikey;

import static io.tillstream.command.apikey.AnApiKey.ID;
import static io.tillstream.command.apikey.AnApiKey.NOW;
import static io.tillstream.command.apikey.AnApiKey.OTHER_ADMIN;
import static io.tillstream.command.apikey.AnApiKey.OWNER;
import static io.tillstream.command.apikey.AnApiKey.anApiKey;
import static io.tillstream.command.apikey.ApiKeyRefusal.REVOKED;
import static io.tillstream.command.apikey.ApiKeyRefusal.UNKNOWN;
import static io.tillstream.command.spec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.apikey.ApiKeyCommand.RevokeApiKey;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRevoked;
import org.junit.jupiter.api.Test;

class RevokeApiKeyTest {
    private static final RevokeApiKey REVOKE = new RevokeApiKey(ID, OWNER, "Leaked");

    @Test
    void refusesAnUnknownOneAndAnotherAdmins() {
        assertRefused(UNKNOWN, () -> ApiKeyRules.revoke(null, REVOKE, NOW));
        assertRefused(
                UNKNOWN, () -> ApiKeyRules.revoke(anApiKey().created(), new RevokeApiKey(ID, OTHER_ADMIN, null), NOW));
    }

    @Test
    void refusesARevokedOne() {
        assertRefused(REVOKED, () -> ApiKeyRules.revoke(anApiKey().revoked(), REVOKE, NOW));
    }

    @Test
    void revokesAlsoADisabledOneAndOneInItsGracePeriod() {
        assertThat(ApiKeyRules.revoke(anApiKey().disabled(), REVOKE, NOW))
                .containsExactly(new ApiKeyRevoked(ID, NOW, "Leaked"));
        assertThat(ApiKeyRules.revoke(anApiKey().inItsGracePeriod(), REVOKE, NOW))
                .containsExactly(new ApiKeyRevoked(ID, NOW, "Leaked"));
    }
}
