package io.tillstream.events.category;

import io.tillstream.events.DomainEvent;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Everything that can happen to a category. */
public sealed interface CategoryEvent extends DomainEvent {
    UUID categoryId();

    @Override
    default UUID aggregateId() {
        return categoryId();
    }

    record CategoryCreated(
            UUID categoryId,
            Instant at,
            String name,
            String slug,
            @Nullable String description) implements CategoryEvent {}

    /** Carries all that can be changed, so that a fold never needs its neighbours. */
    record CategoryChanged(
            UUID categoryId,
            Instant at,
            String name,
            String slug,
            @Nullable String description) implements CategoryEvent {}

    record CategoryDeleted(UUID categoryId, Instant at) implements CategoryEvent {}
}
