package io.tillstream.events.product;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.Concept;
import io.tillstream.events.Flat;
import io.tillstream.events.Hidden;
import io.tillstream.events.State;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.derived.Reference;
import io.tillstream.events.product.ProductEvent.ProductActivated;
import io.tillstream.events.product.ProductEvent.ProductCreated;
import io.tillstream.events.product.ProductEvent.ProductDeactivated;
import io.tillstream.events.product.ProductEvent.ProductDeleted;
import io.tillstream.events.product.ProductEvent.ProductDetailsChanged;
import io.tillstream.events.product.ProductEvent.ProductPriceChanged;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A product as its events made it. */
public record Product(
        UUID id,
        @Flat ProductDetails details,
        @Flat ProductPrice price,
        boolean isActive,
        Instant createdAt,
        Instant updatedAt,
        @Hidden long version,
        @Hidden boolean deleted)
        implements State {
    public static final Concept<Product, ProductEvent> CONCEPT = Concept.named(
                    "product", Product.class, ProductEvent.class, Product::after)
            .event("product.created", ProductCreated.class)
            .event("product.price_changed", ProductPriceChanged.class)
            .event("product.activated", ProductActivated.class)
            .event("product.deactivated", ProductDeactivated.class)
            .event("product.details_changed", ProductDetailsChanged.class)
            .event("product.deleted", ProductDeleted.class)
            .build(1);

    /** The claim on a product's slug, unique within a mode. */
    public static final String SLUG = "product.slug";

    /** What a bundle is to the products in it. */
    public static final String BUNDLE = "product.bundle_item";

    public static Product after(@Nullable Product before, ProductEvent event) {
        return switch (event) {
            case ProductCreated e ->
                new Product(e.productId(), e.details(), e.price(), e.isActive(), e.at(), e.at(), 0, false);
            case ProductPriceChanged e ->
                known(before).next(e, known(before).details, e.price(), known(before).isActive);
            case ProductActivated e -> known(before).next(e, known(before).details, known(before).price, true);
            case ProductDeactivated e -> known(before).next(e, known(before).details, known(before).price, false);
            case ProductDetailsChanged e ->
                known(before).next(e, e.details(), known(before).price, known(before).isActive);
            case ProductDeleted e -> known(before).gone(e);
        };
    }

    @Override
    public Derived derived() {
        if (deleted) return Derived.NOTHING;
        return Derived.alive(Claim.on(SLUG, details.slug()))
                .refersTo(details.bundleItemIds().stream()
                        .map(item -> new Reference(BUNDLE, item))
                        .toArray(Reference[]::new));
    }

    private Product next(ProductEvent event, ProductDetails details, ProductPrice price, boolean active) {
        return new Product(id, details, price, active, createdAt, event.at(), version + 1, deleted);
    }

    private Product gone(ProductDeleted event) {
        return new Product(id, details, price, isActive, createdAt, event.at(), version + 1, true);
    }

    private static Product known(@Nullable Product before) {
        return requireNonNull(before, "a product's first event creates it");
    }
}
