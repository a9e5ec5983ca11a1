package io.tillstream.events.access;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.Concept;
import io.tillstream.events.Hidden;
import io.tillstream.events.State;
import io.tillstream.events.access.AccessEvent.AccessExpired;
import io.tillstream.events.access.AccessEvent.AccessExpiryChanged;
import io.tillstream.events.access.AccessEvent.AccessExtended;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.access.AccessEvent.AccessMadePermanent;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.derived.Reference;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A customer's access to a product as its events made it. Clients see it with its product, as an {@link AccessView}.
 *
 * @param expiresAt exclusive end, null for permanent access
 * @param price the product's at the time of the grant, minor units of {@code currency}
 * @param expiryRecorded whether the present {@code expiresAt} has been recorded as reached
 * @param deleted whether it was revoked
 */
public record Access(
        UUID id,
        UUID userId,
        UUID productId,
        Instant grantedAt,
        @Nullable Instant expiresAt,
        @Nullable Integer durationDays,
        @Hidden long price,
        @Hidden String currency,
        @Hidden boolean expiryRecorded,
        @Hidden Instant updatedAt,
        @Hidden long version,
        @Hidden boolean deleted)
        implements State {
    public static final Concept<Access, AccessEvent> CONCEPT = Concept.named(
                    "access", Access.class, AccessEvent.class, Access::after)
            .event("access.granted", AccessGranted.class)
            .event("access.extended", AccessExtended.class)
            .event("access.expiry_changed", AccessExpiryChanged.class)
            .event("access.made_permanent", AccessMadePermanent.class)
            .event("access.revoked", AccessRevoked.class)
            .event("access.expired", AccessExpired.class)
            .build(1);

    /** The claim on a pair of user and product: one grant at a time, until it is revoked. */
    public static final String USER_AND_PRODUCT = "access.user_and_product";

    /** Whose access it is. */
    public static final String USER = "access.user";

    /** What it gives access to. */
    public static final String PRODUCT = "access.product";

    public static Access after(@Nullable Access before, AccessEvent event) {
        return switch (event) {
            case AccessGranted e ->
                new Access(
                        e.accessId(),
                        e.userId(),
                        e.productId(),
                        e.at(),
                        e.expiresAt(),
                        e.durationDays(),
                        e.price(),
                        e.currency(),
                        false,
                        e.at(),
                        0,
                        false);
            case AccessExtended e -> known(before).lasting(e.expiresAt(), known(before).durationDays, e);
            case AccessExpiryChanged e -> known(before).lasting(e.expiresAt(), e.durationDays(), e);
            case AccessMadePermanent e -> known(before).lasting(null, null, e);
            case AccessRevoked e -> known(before).next(known(before).expiryRecorded, e, true);
            case AccessExpired e -> known(before).next(true, e, known(before).deleted);
        };
    }

    /** Whether the end has come by then, recorded or not. */
    public boolean expiredAt(Instant instant) {
        return expiresAt != null && !instant.isBefore(expiresAt);
    }

    /** A revoked one still refers to user and product, since history does, but leaves room for another grant. */
    @Override
    public Derived derived() {
        Derived own = deleted
                ? Derived.NOTHING
                : Derived.alive(Claim.on(USER_AND_PRODUCT, userId + "/" + productId))
                        .dueAt(expiryRecorded ? null : expiresAt);
        return own.refersTo(new Reference(USER, userId), new Reference(PRODUCT, productId));
    }

    private Access lasting(@Nullable Instant newExpiresAt, @Nullable Integer newDurationDays, AccessEvent event) {
        return new Access(
                id,
                userId,
                productId,
                grantedAt,
                newExpiresAt,
                newDurationDays,
                price,
                currency,
                false,
                event.at(),
                version + 1,
                deleted);
    }

    private Access next(boolean nowRecorded, AccessEvent event, boolean nowDeleted) {
        return new Access(
                id,
                userId,
                productId,
                grantedAt,
                expiresAt,
                durationDays,
                price,
                currency,
                nowRecorded,
                event.at(),
                version + 1,
                nowDeleted);
    }

    private static Access known(@Nullable Access before) {
        return requireNonNull(before, "a grant is the first event");
    }
}
