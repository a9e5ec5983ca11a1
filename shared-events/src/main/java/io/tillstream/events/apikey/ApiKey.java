package io.tillstream.events.apikey;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.Concept;
import io.tillstream.events.Hidden;
import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyDisabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyEnabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRateLimitChanged;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRenamed;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRevoked;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRotated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyScopesChanged;
import io.tillstream.events.derived.Credential;
import io.tillstream.events.derived.Derived;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An API key as its events made it. Clients see it with its use, as an {@link ApiKeyView}.
 *
 * @param ownerId the admin it belongs to, null for the operator's key, which belongs to all of them
 * @param rateLimitPerMinute null for none
 * @param isActive false once disabled, revoked or rotated; a rotated one works on until {@code rotationGraceUntil}
 * @param successorId the key that took over, or null
 */
public record ApiKey(
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
        @Nullable String revokedReason,
        @Nullable Instant rotationGraceUntil,
        @Nullable UUID rotatedFromId,
        @Hidden @Nullable UUID successorId,
        @Hidden @Nullable UUID ownerId,
        @Hidden String hash,
        @Hidden Instant updatedAt,
        @Hidden long version)
        implements State {
    public static final Concept<ApiKey, ApiKeyEvent> CONCEPT = Concept.named(
                    "api_key", ApiKey.class, ApiKeyEvent.class, ApiKey::after)
            .event("api_key.created", ApiKeyCreated.class)
            .event("api_key.renamed", ApiKeyRenamed.class)
            .event("api_key.scopes_changed", ApiKeyScopesChanged.class)
            .event("api_key.rate_limit_changed", ApiKeyRateLimitChanged.class)
            .event("api_key.disabled", ApiKeyDisabled.class)
            .event("api_key.enabled", ApiKeyEnabled.class)
            .event("api_key.revoked", ApiKeyRevoked.class)
            .event("api_key.rotated", ApiKeyRotated.class)
            .build(1);

    public static ApiKey after(@Nullable ApiKey before, ApiKeyEvent event) {
        return switch (event) {
            case ApiKeyCreated e ->
                new ApiKey(
                        e.keyId(),
                        e.name(),
                        e.keyPrefix(),
                        e.environment(),
                        e.scopes(),
                        e.rateLimitPerMinute(),
                        true,
                        e.expiresAt(),
                        e.at(),
                        null,
                        null,
                        null,
                        e.rotatedFromId(),
                        null,
                        e.ownerId(),
                        e.hash(),
                        e.at(),
                        0);
            case ApiKeyRenamed e -> known(before).described(e.name(), known(before).scopes, e);
            case ApiKeyScopesChanged e -> known(before).described(known(before).name, e.scopes(), e);
            case ApiKeyRateLimitChanged e -> known(before).limitedTo(e);
            case ApiKeyDisabled e -> known(before).working(false, e);
            case ApiKeyEnabled e -> known(before).working(true, e);
            case ApiKeyRevoked e -> known(before).revoked(e);
            case ApiKeyRotated e -> known(before).rotated(e);
        };
    }

    /** Keys are revoked, never deleted. */
    @Override
    public boolean deleted() {
        return false;
    }

    /** Whether its successor has taken over; it may still be in its grace period. */
    public boolean rotated() {
        return successorId != null;
    }

    // A revoked key stops at once, in its grace period too: contract decision 8.
    @Override
    public Derived derived() {
        boolean authenticates = revokedAt == null && (isActive || rotationGraceUntil != null);
        return Derived.ALIVE.authenticates(new Credential(
                hash,
                name,
                environment,
                Set.copyOf(scopes),
                rateLimitPerMinute,
                authenticates,
                earlier(expiresAt, rotationGraceUntil)));
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null) return other;
        return other == null || one.isBefore(other) ? one : other;
    }

    private ApiKey described(String newName, List<String> newScopes, ApiKeyEvent event) {
        return next(
                newName,
                newScopes,
                rateLimitPerMinute,
                isActive,
                revokedAt,
                revokedReason,
                rotationGraceUntil,
                successorId,
                event);
    }

    private ApiKey limitedTo(ApiKeyRateLimitChanged event) {
        return next(
                name,
                scopes,
                event.rateLimitPerMinute(),
                isActive,
                revokedAt,
                revokedReason,
                rotationGraceUntil,
                successorId,
                event);
    }

    private ApiKey working(boolean active, ApiKeyEvent event) {
        return next(name, scopes, rateLimitPerMinute, active, revokedAt, revokedReason, null, successorId, event);
    }

    private ApiKey revoked(ApiKeyRevoked event) {
        return next(
                name,
                scopes,
                rateLimitPerMinute,
                false,
                event.at(),
                event.reason(),
                rotationGraceUntil,
                successorId,
                event);
    }

    private ApiKey rotated(ApiKeyRotated event) {
        return next(
                name,
                scopes,
                rateLimitPerMinute,
                false,
                revokedAt,
                revokedReason,
                event.graceUntil(),
                event.successorId(),
                event);
    }

    private ApiKey next(
            String newName,
            List<String> newScopes,
            @Nullable Integer newLimit,
            boolean active,
            @Nullable Instant nowRevokedAt,
            @Nullable String reason,
            @Nullable Instant graceUntil,
            @Nullable UUID successor,
            ApiKeyEvent event) {
        return new ApiKey(
                id,
                newName,
                keyPrefix,
                environment,
                newScopes,
                newLimit,
                active,
                expiresAt,
                createdAt,
                nowRevokedAt,
                reason,
                graceUntil,
                rotatedFromId,
                successor,
                ownerId,
                hash,
                event.at(),
                version + 1);
    }

    private static ApiKey known(@Nullable ApiKey before) {
        return requireNonNull(before, "a key's first event creates it");
    }
}
