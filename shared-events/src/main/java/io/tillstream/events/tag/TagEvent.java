package io.tillstream.events.tag;

import io.tillstream.events.DomainEvent;
import java.time.Instant;
import java.util.UUID;

/** Everything that can happen to a tag. */
public sealed interface TagEvent extends DomainEvent {
    UUID tagId();

    @Override
    default UUID aggregateId() {
        return tagId();
    }

    record TagCreated(UUID tagId, Instant at, String name, String slug) implements TagEvent {}

    /** Carries all that can be changed, so that a fold never needs its neighbours. */
    record TagChanged(UUID tagId, Instant at, String name, String slug) implements TagEvent {}

    record TagDeleted(UUID tagId, Instant at) implements TagEvent {}
}
