package io.tillstream.events.apikey;

import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Everything that can happen to an API key. The key itself is in none of it, only its hash. */
public sealed interface ApiKeyEvent extends DomainEvent {
    UUID keyId();

    @Override
    default UUID aggregateId() {
        return keyId();
    }

    /**
     * A key exists and works.
     *
     * @param ownerId the admin it belongs to, null for the operator's key, which belongs to all of them
     * @param keyPrefix its first 12 characters
     * @param hash SHA-256 of the whole key, lower-case hex
     * @param environment live or test: the data it acts on
     * @param scopes concrete scopes, never {@code *}, in the order they were asked for
     * @param rateLimitPerMinute null for none, which only the operator's key has
     * @param rotatedFromId the key it takes over from, or null
     */
    record ApiKeyCreated(
            UUID keyId,
            Instant at,
            @Nullable UUID ownerId,
            String name,
            String keyPrefix,
            String hash,
            Mode environment,
            List<String> scopes,
            @Nullable Integer rateLimitPerMinute,
            @Nullable Instant expiresAt,
            @Nullable UUID rotatedFromId)
            implements ApiKeyEvent {}

    record ApiKeyRenamed(UUID keyId, Instant at, String name) implements ApiKeyEvent {}

    record ApiKeyScopesChanged(UUID keyId, Instant at, List<String> scopes) implements ApiKeyEvent {}

    record ApiKeyRateLimitChanged(UUID keyId, Instant at, int rateLimitPerMinute) implements ApiKeyEvent {}

    /** Out of use until it is enabled again; ends a grace period for good. */
    record ApiKeyDisabled(UUID keyId, Instant at) implements ApiKeyEvent {}

    record ApiKeyEnabled(UUID keyId, Instant at) implements ApiKeyEvent {}

    record ApiKeyRevoked(UUID keyId, Instant at, @Nullable String reason) implements ApiKeyEvent {}

    /**
     * Another key took over from it.
     *
     * @param graceUntil how long it goes on working beside its successor, null for not at all
     */
    record ApiKeyRotated(
            UUID keyId,
            Instant at,
            UUID successorId,
            @Nullable Instant graceUntil) implements ApiKeyEvent {}
}
