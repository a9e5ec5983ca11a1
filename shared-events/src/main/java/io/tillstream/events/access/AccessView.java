package io.tillstream.events.access;

import static java.util.Objects.requireNonNullElse;

import io.tillstream.events.OmitNull;
import io.tillstream.events.product.Product;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Access as clients see it, with its product as it is at the same instant.
 *
 * @param userId absent where the user is what it is listed in
 * @param productPrice the present one, minor units
 * @param productDescription only within a single user
 * @param isExpired whether {@code expiresAt} has come
 */
public record AccessView(
        UUID id,
        @OmitNull @Nullable UUID userId,
        UUID productId,
        String productSlug,
        String productName,
        long productPrice,
        String productCurrency,
        @Nullable String productIcon,
        boolean productIsActive,
        @OmitNull @Nullable String productDescription,
        Instant grantedAt,
        @Nullable Instant expiresAt,
        @Nullable Integer durationDays,
        boolean isExpired) {

    /** In the list of all users and in the list of one user's access. */
    public static AccessView listed(Access access, Product product, Instant at) {
        return of(access, product, at, null, null);
    }

    /** Within a single user. */
    public static AccessView inUser(Access access, Product product, Instant at) {
        String description = requireNonNullElse(product.details().description(), "");
        return of(access, product, at, null, description);
    }

    /** By itself. */
    public static AccessView single(Access access, Product product, Instant at) {
        return of(access, product, at, access.userId(), null);
    }

    private static AccessView of(
            Access access, Product product, Instant at, @Nullable UUID userId, @Nullable String description) {
        return new AccessView(
                access.id(),
                userId,
                access.productId(),
                product.details().slug(),
                product.details().name(),
                product.price().price(),
                product.price().currency(),
                product.details().icon(),
                product.isActive(),
                description,
                access.grantedAt(),
                access.expiresAt(),
                access.durationDays(),
                access.expiredAt(at));
    }
}
