package io.tillstream.command.apikey;

import static io.tillstream.command.apikey.AnApiKey.ID;
import static io.tillstream.command.apikey.AnApiKey.NOW;
import static io.tillstream.command.apikey.AnApiKey.OTHER_ADMIN;
import static io.tillstream.command.apikey.AnApiKey.OWNER;
import static io.tillstream.command.apikey.AnApiKey.anApiKey;
import static io.tillstream.command.apikey.ApiKeyRefusal.REVOKED;
import static io.tillstream.command.apikey.ApiKeyRefusal.ROTATED;
import static io.tillstream.command.apikey.ApiKeyRefusal.UNKNOWN;
import static io.tillstream.command.spec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.apikey.ApiKeyCommand.ChangeApiKey;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyDisabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyEnabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRateLimitChanged;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRenamed;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyScopesChanged;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeApiKeyTest {
    private static final ChangeApiKey ENABLE = new ChangeApiKey(ID, OWNER, null, null, null, true);
    private static final ChangeApiKey DISABLE = new ChangeApiKey(ID, OWNER, null, null, null, false);

    @Test
    void refusesAnUnknownOneAndAnotherAdmins() {
        assertRefused(UNKNOWN, () -> ApiKeyRules.change(null, ENABLE, NOW));
        assertRefused(
                UNKNOWN,
                () -> ApiKeyRules.change(
                        anApiKey().created(), new ChangeApiKey(ID, OTHER_ADMIN, "Mine", null, null, null), NOW));
    }

    @Test
    void refusesARevokedOne() {
        assertRefused(REVOKED, () -> ApiKeyRules.change(anApiKey().revoked(), ENABLE, NOW));
    }

    @Test
    void refusesToEnableARotatedOne() {
        assertRefused(ROTATED, () -> ApiKeyRules.change(anApiKey().inItsGracePeriod(), ENABLE, NOW));
    }

    @Test
    void letsEveryAdminChangeTheOperatorsKey() {
        assertThat(ApiKeyRules.change(
                        anApiKey().ofTheOperator().created(),
                        new ChangeApiKey(ID, OTHER_ADMIN, "Ours", null, null, null),
                        NOW))
                .containsExactly(new ApiKeyRenamed(ID, NOW, "Ours"));
    }

    @Test
    void saysEachChangeByItself() {
        List<String> scopes = List.of("coupons:read");
        assertThat(ApiKeyRules.change(
                        anApiKey().created(), new ChangeApiKey(ID, OWNER, "Nightly", scopes, 5, false), NOW))
                .containsExactly(
                        new ApiKeyRenamed(ID, NOW, "Nightly"),
                        new ApiKeyScopesChanged(ID, NOW, scopes),
                        new ApiKeyRateLimitChanged(ID, NOW, 5),
                        new ApiKeyDisabled(ID, NOW));
    }

    @Test
    void doesNothingWhenNothingIsDifferent() {
        assertThat(ApiKeyRules.change(
                        anApiKey().withScope("users:read").created(),
                        new ChangeApiKey(ID, OWNER, "CI", List.of("users:read"), 120, true),
                        NOW))
                .isEmpty();
        assertThat(ApiKeyRules.change(anApiKey().disabled(), DISABLE, NOW)).isEmpty();
    }

    @Test
    void enablesADisabledOne() {
        assertThat(ApiKeyRules.change(anApiKey().disabled(), ENABLE, NOW)).containsExactly(new ApiKeyEnabled(ID, NOW));
    }

    @Test
    void endsAGracePeriodWhenItIsDisabled() {
        assertThat(ApiKeyRules.change(anApiKey().inItsGracePeriod(), DISABLE, NOW))
                .containsExactly(new ApiKeyDisabled(ID, NOW));
    }
}
