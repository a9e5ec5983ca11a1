package io.tillstream.events.access;

import io.tillstream.events.DomainEvent;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Everything that can happen to a customer's access to a product. Each event names the customer: readers group by it. */
public sealed interface AccessEvent extends DomainEvent {
    UUID accessId();

    UUID userId();

    @Override
    default UUID aggregateId() {
        return accessId();
    }

    /**
     * The customer may use the product from now on.
     *
     * @param expiresAt null for permanent access
     * @param durationDays what was asked for, null when an instant or nothing was
     * @param price the product's, in minor units of {@code currency}, at the time of the grant
     */
    record AccessGranted(
            UUID accessId,
            Instant at,
            UUID userId,
            UUID productId,
            @Nullable Instant expiresAt,
            @Nullable Integer durationDays,
            long price,
            String currency)
            implements AccessEvent {}

    /**
     * It lasts some days longer than it would have.
     *
     * @param expiresAt the new end
     */
    record AccessExtended(UUID accessId, Instant at, UUID userId, int days, Instant expiresAt) implements AccessEvent {}

    /**
     * It ends at another instant.
     *
     * @param durationDays from now on: the length asked for, or what it was if an instant was asked for
     */
    record AccessExpiryChanged(
            UUID accessId,
            Instant at,
            UUID userId,
            Instant expiresAt,
            @Nullable Integer durationDays) implements AccessEvent {}

    /** It has no end any more. */
    record AccessMadePermanent(UUID accessId, Instant at, UUID userId) implements AccessEvent {}

    record AccessRevoked(UUID accessId, Instant at, UUID userId) implements AccessEvent {}

    /**
     * The end came. Only a record of it, for those who want to be told: whether access is expired at some instant follows
     * from the instant.
     */
    record AccessExpired(UUID accessId, Instant at, UUID userId, Instant expiresAt) implements AccessEvent {}
}
