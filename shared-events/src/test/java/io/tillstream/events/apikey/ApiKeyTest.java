package io.tillstream.events.apikey;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.Mode;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyDisabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyEnabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRevoked;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRotated;
import io.tillstream.events.derived.Credential;
import io.tillstream.events.envelope.EventJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class ApiKeyTest {
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final UUID SUCCESSOR = UUID.fromString("0199c0de-0000-7000-8000-000000000002");
    private static final String HASH = "ab".repeat(32);
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Instant GRACE = NOW.plus(Duration.ofHours(24));

    @Test
    void authenticatesWithItsHashInItsEnvironment() {
        assertThat(credential(created(null)))
                .isEqualTo(new Credential(HASH, "CI", Mode.TEST, Set.of("products:read"), 60, true, null));
    }

    @Test
    void stopsWhileItIsDisabled() {
        ApiKey disabled = ApiKey.after(created(null), new ApiKeyDisabled(ID, NOW));
        assertThat(credential(disabled).active()).isFalse();
        assertThat(credential(ApiKey.after(disabled, new ApiKeyEnabled(ID, NOW)))
                        .active())
                .isTrue();
    }

    @Test
    void worksOnUntilTheEndOfItsGracePeriodThoughItIsInactive() {
        ApiKey rotated = rotated(null, GRACE);
        assertThat(rotated.isActive()).isFalse();
        assertThat(credential(rotated).active()).isTrue();
        assertThat(credential(rotated).expiresAt()).isEqualTo(GRACE);
    }

    @Test
    void expiresInItsGracePeriodWhenItsOwnExpiryComesFirst() {
        Instant expiry = GRACE.minusSeconds(60);
        assertThat(credential(rotated(expiry, GRACE)).expiresAt()).isEqualTo(expiry);
    }

    @Test
    void stopsAtOnceWhenItIsRotatedWithoutGrace() {
        assertThat(credential(rotated(null, null)).active()).isFalse();
    }

    @Test
    void stopsAtOnceWhenItIsRevokedOrDisabledInItsGracePeriod() {
        ApiKey rotated = rotated(null, GRACE);
        assertThat(credential(ApiKey.after(rotated, new ApiKeyRevoked(ID, NOW, "Leaked")))
                        .active())
                .isFalse();
        assertThat(credential(ApiKey.after(rotated, new ApiKeyDisabled(ID, NOW)))
                        .active())
                .isFalse();
    }

    @Test
    void neverShowsItsHash() {
        ObjectNode json = EventJson.CLIENT.valueToTree(
                new ApiKeyView.Single(ApiKeyView.of(created(null)), null, 0L, null, null, null));
        assertThat(json.toString()).doesNotContain(HASH);
        assertThat(json.propertyNames())
                .containsExactly(
                        "id",
                        "name",
                        "key_prefix",
                        "environment",
                        "scopes",
                        "rate_limit_per_minute",
                        "is_active",
                        "expires_at",
                        "created_at",
                        "revoked_at",
                        "rotation_grace_until",
                        "last_used_at",
                        "usage_count",
                        "last_used_ip",
                        "revoked_reason",
                        "rotated_from_id");
        assertThat(json.path("environment").asString()).isEqualTo("test");
    }

    private static Credential credential(ApiKey key) {
        return requireNonNull(key.derived().credential());
    }

    private static ApiKey rotated(@Nullable Instant expiresAt, @Nullable Instant graceUntil) {
        return ApiKey.after(created(expiresAt), new ApiKeyRotated(ID, NOW, SUCCESSOR, graceUntil));
    }

    private static ApiKey created(@Nullable Instant expiresAt) {
        return ApiKey.after(
                null,
                new ApiKeyCreated(
                        ID,
                        NOW,
                        null,
                        "CI",
                        "sf_test_a1b2",
                        HASH,
                        Mode.TEST,
                        List.of("products:read"),
                        60,
                        expiresAt,
                        null));
    }
}
