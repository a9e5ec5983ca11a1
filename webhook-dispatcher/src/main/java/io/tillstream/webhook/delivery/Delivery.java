package io.tillstream.webhook.delivery;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One event for one endpoint.
 *
 * @param number its place among the endpoint's deliveries; null for a test and in a replay of history
 * @param messageId the same for all attempts, and for a delivery that sends it again
 * @param attemptCount since it was made or last replayed
 * @param attemptsMade in all
 * @param replayId of the replay of history that made it; null for any other
 */
record Delivery(
        UUID id,
        UUID endpointId,
        String mode,
        @Nullable Long number,
        String messageId,
        String event,
        @Nullable UUID personId,
        String body,
        Status status,
        int attemptCount,
        int attemptsMade,
        int maxAttempts,
        @Nullable Instant nextAttemptAt,
        @Nullable Integer httpStatus,
        @Nullable String errorMessage,
        @Nullable String responseBody,
        @Nullable Long durationMs,
        @Nullable Instant failedAt,
        Instant createdAt,
        @Nullable UUID replayId) {
    /** One that nothing was attempted of. */
    static Delivery unsent(
            UUID id,
            UUID endpointId,
            String mode,
            @Nullable Long number,
            String messageId,
            String event,
            @Nullable UUID personId,
            String body,
            Status status,
            int maxAttempts,
            @Nullable Instant nextAttemptAt,
            Instant createdAt,
            @Nullable UUID replayId) {
        return new Delivery(
                id,
                endpointId,
                mode,
                number,
                messageId,
                event,
                personId,
                body,
                status,
                0,
                0,
                maxAttempts,
                nextAttemptAt,
                null,
                null,
                null,
                null,
                null,
                createdAt,
                replayId);
    }
}
