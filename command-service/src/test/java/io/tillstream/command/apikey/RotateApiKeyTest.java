package io.tillstream.command.apikey;

import static io.tillstream.command.apikey.AnApiKey.EXPIRY;
import static io.tillstream.command.apikey.AnApiKey.ID;
import static io.tillstream.command.apikey.AnApiKey.NOW;
import static io.tillstream.command.apikey.AnApiKey.OTHER_ADMIN;
import static io.tillstream.command.apikey.AnApiKey.OWNER;
import static io.tillstream.command.apikey.AnApiKey.SUCCESSOR;
import static io.tillstream.command.apikey.AnApiKey.anApiKey;
import static io.tillstream.command.apikey.ApiKeyRefusal.INACTIVE;
import static io.tillstream.command.apikey.ApiKeyRefusal.REVOKED;
import static io.tillstream.command.apikey.ApiKeyRefusal.UNKNOWN;
import static io.tillstream.command.spec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.apikey.ApiKeyCommand.RotateApiKey;
import io.tillstream.events.Mode;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRevoked;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRotated;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RotateApiKeyTest {
    private static final KeySecret SECRET = KeySecret.random();

    @Test
    void refusesAnUnknownOneAndAnotherAdmins() {
        assertRefused(UNKNOWN, () -> ApiKeyRules.rotate(null, rotate(OWNER, 24), NOW));
        assertRefused(UNKNOWN, () -> ApiKeyRules.rotate(anApiKey().created(), rotate(OTHER_ADMIN, 24), NOW));
    }

    @Test
    void refusesARevokedOne() {
        assertRefused(REVOKED, () -> ApiKeyRules.rotate(anApiKey().revoked(), rotate(OWNER, 24), NOW));
    }

    @Test
    void refusesAnInactiveOneSoAlsoOneInItsGracePeriod() {
        assertRefused(INACTIVE, () -> ApiKeyRules.rotate(anApiKey().disabled(), rotate(OWNER, 24), NOW));
        assertRefused(INACTIVE, () -> ApiKeyRules.rotate(anApiKey().inItsGracePeriod(), rotate(OWNER, 24), NOW));
        assertThat(INACTIVE.message()).contains("inactive");
    }

    @Test
    void worksOnForItsGracePeriod() {
        assertThat(ApiKeyRules.rotate(anApiKey().created(), rotate(OWNER, 168), NOW))
                .containsExactly(new ApiKeyRotated(ID, NOW, SUCCESSOR, NOW.plus(Duration.ofDays(7))));
    }

    @Test
    void isRevokedAtOnceWithoutAGracePeriod() {
        assertThat(ApiKeyRules.rotate(anApiKey().created(), rotate(OWNER, 0), NOW))
                .containsExactly(new ApiKeyRotated(ID, NOW, SUCCESSOR, null), new ApiKeyRevoked(ID, NOW, "Rotated"));
    }

    @Test
    void handsEverythingButItsSecretToItsSuccessor() {
        KeyMark mark = SECRET.in(Mode.LIVE).mark();
        assertThat(ApiKeyRules.successor(anApiKey().created(), rotate(OWNER, 24), NOW))
                .isEqualTo(new ApiKeyCreated(
                        SUCCESSOR,
                        NOW,
                        OWNER,
                        "CI (rotated)",
                        mark.prefix(),
                        mark.hash(),
                        Mode.LIVE,
                        List.of("users:read", "products:write"),
                        120,
                        EXPIRY,
                        ID));
    }

    @Test
    void cutsALongNameSoThatItsSuccessorsFits() {
        assertThat(successorOf("n".repeat(100))).isEqualTo("n".repeat(90) + " (rotated)");
        assertThat(successorOf("n".repeat(89) + "😀".repeat(5))).isEqualTo("n".repeat(89) + " (rotated)");
    }

    private static String successorOf(String name) {
        return ApiKeyRules.successor(anApiKey().named(name).created(), rotate(OWNER, 24), NOW)
                .name();
    }

    private static RotateApiKey rotate(UUID admin, int graceHours) {
        return new RotateApiKey(ID, admin, graceHours, SUCCESSOR, SECRET);
    }
}
