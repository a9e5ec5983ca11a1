package io.tillstream.http.history;

import io.tillstream.events.Concept;
import io.tillstream.events.State;
import io.tillstream.events.envelope.Envelope;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A thing per aggregate of a concept: its fold. */
@FunctionalInterface
public interface ConceptFolding<S extends State> extends Folding<S> {
    Concept<S, ?> concept();

    @Override
    default String name() {
        return concept().name();
    }

    @Override
    default Set<UUID> touches(Envelope event) {
        return event.aggregateType().equals(concept().name()) ? Set.of(event.aggregateId()) : Set.of();
    }

    @Override
    default S after(@Nullable S before, Envelope event) {
        return concept().after(before, event.event());
    }

    @Override
    default long sequence(S state) {
        return state.version();
    }

    @Override
    default boolean deleted(S state) {
        return state.deleted();
    }
}
