package io.tillstream.command.apikey;

import io.tillstream.events.Mode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** Everything that can be asked of an API key. {@code adminId} is who asks: others' keys are unknown. */
sealed interface ApiKeyCommand {
    /**
     * Adds a key.
     *
     * @param ownerId null for the operator's key, which belongs to every admin
     * @param rateLimitPerMinute null for none
     */
    record CreateApiKey(
            @TargetAggregateIdentifier UUID keyId,
            @Nullable UUID ownerId,
            String name,
            KeyMark mark,
            Mode environment,
            List<String> scopes,
            @Nullable Integer rateLimitPerMinute,
            @Nullable Instant expiresAt)
            implements ApiKeyCommand {}

    /** What is null stays as it is. */
    record ChangeApiKey(
            @TargetAggregateIdentifier UUID keyId,
            UUID adminId,
            @Nullable String name,
            @Nullable List<String> scopes,
            @Nullable Integer rateLimitPerMinute,
            @Nullable Boolean isActive)
            implements ApiKeyCommand {}

    record RevokeApiKey(
            @TargetAggregateIdentifier UUID keyId,
            UUID adminId,
            @Nullable String reason) implements ApiKeyCommand {}

    /**
     * Lets another key take over.
     *
     * @param graceHours how long both work, 0 for not at all
     * @param secret of the other key, which is for the same environment
     */
    record RotateApiKey(
            @TargetAggregateIdentifier UUID keyId, UUID adminId, int graceHours, UUID successorId, KeySecret secret)
            implements ApiKeyCommand {}
}
