package io.tillstream.events.apikey;

import io.tillstream.events.Flat;
import io.tillstream.events.Mode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An API key as its owner sees it.
 *
 * @param environment live or test
 * @param rateLimitPerMinute null for none, which only the operator's key has
 * @param isActive false once disabled, revoked or rotated
 * @param rotationGraceUntil how long a rotated key works on, or null
 */
public record ApiKeyView(
        UUID id,
        String name,
        String keyPrefix,
        Mode environment,
        List<String> scopes,
        @Nullable Integer rateLimitPerMinute,
        boolean isActive,
        @Nullable Instant expiresAt,
        Instant createdAt,
        @Nullable Instant revokedAt,
        @Nullable Instant rotationGraceUntil) {

    public static ApiKeyView of(ApiKey key) {
        return new ApiKeyView(
                key.id(),
                key.name(),
                key.keyPrefix(),
                key.environment(),
                key.scopes(),
                key.rateLimitPerMinute(),
                key.isActive(),
                key.expiresAt(),
                key.createdAt(),
                key.revokedAt(),
                key.rotationGraceUntil());
    }

    /** In the list: with its use, which no event tells. */
    public record Listed(@Flat ApiKeyView key, @Nullable Instant lastUsedAt, long usageCount) {}

    /**
     * By itself.
     *
     * @param usageCount null where the key is shown as it was before its last use: use is counted, not recorded
     */
    public record Single(
            @Flat ApiKeyView key,
            @Nullable Instant lastUsedAt,
            @Nullable Long usageCount,
            @Nullable String lastUsedIp,
            @Nullable String revokedReason,
            @Nullable UUID rotatedFromId) {}
}
