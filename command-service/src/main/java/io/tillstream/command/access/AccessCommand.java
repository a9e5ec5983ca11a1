package io.tillstream.command.access;

import java.time.Instant;
import java.util.UUID;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** Everything that can be asked of a customer's access to a product. */
sealed interface AccessCommand {
    /**
     * Neither a length nor an end makes it permanent; the length wins over the end.
     *
     * @param durationDays calendar days from the decision on
     */
    record GrantAccess(
            @TargetAggregateIdentifier UUID accessId,
            UUID userId,
            UUID productId,
            @Nullable Integer durationDays,
            @Nullable Instant expiresAt)
            implements AccessCommand {}

    record ExtendAccess(@TargetAggregateIdentifier UUID accessId, UUID userId, int days) implements AccessCommand {}

    record SetAccessExpiry(@TargetAggregateIdentifier UUID accessId, UUID userId, Instant expiresAt)
            implements AccessCommand {}

    /** It ends some calendar days after the decision, whatever it was. */
    record SetAccessDuration(@TargetAggregateIdentifier UUID accessId, UUID userId, int days)
            implements AccessCommand {}

    record MakeAccessPermanent(@TargetAggregateIdentifier UUID accessId, UUID userId) implements AccessCommand {}

    record RevokeAccess(@TargetAggregateIdentifier UUID accessId, UUID userId) implements AccessCommand {}

    /** Revokes it if it still stands: nobody asked for this, something else brought it about. */
    record EndAccess(@TargetAggregateIdentifier UUID accessId) implements AccessCommand {}

    /** Records that its end has come, if it has. */
    record RecordAccessExpiry(@TargetAggregateIdentifier UUID accessId) implements AccessCommand {}
}
