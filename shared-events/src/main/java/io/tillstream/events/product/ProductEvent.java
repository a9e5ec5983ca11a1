package io.tillstream.events.product;

import io.tillstream.events.DomainEvent;
import java.time.Instant;
import java.util.UUID;

/** Everything that can happen to a product. */
public sealed interface ProductEvent extends DomainEvent {
    UUID productId();

    @Override
    default UUID aggregateId() {
        return productId();
    }

    record ProductCreated(UUID productId, Instant at, boolean isActive, ProductPrice price, ProductDetails details)
            implements ProductEvent {}

    record ProductPriceChanged(UUID productId, Instant at, ProductPrice price) implements ProductEvent {}

    record ProductActivated(UUID productId, Instant at) implements ProductEvent {}

    record ProductDeactivated(UUID productId, Instant at) implements ProductEvent {}

    /** Carries the full new details, so that a fold never needs its neighbours. */
    record ProductDetailsChanged(UUID productId, Instant at, ProductDetails details) implements ProductEvent {}

    record ProductDeleted(UUID productId, Instant at) implements ProductEvent {}
}
