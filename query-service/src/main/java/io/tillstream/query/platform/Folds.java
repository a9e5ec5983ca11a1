package io.tillstream.query.platform;

import io.tillstream.events.Mode;
import io.tillstream.events.envelope.Envelope;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Some documents of one mode, as a projection makes them of the events that it is told. Nothing is stored. */
final class Folds<S> {
    private final Projection<S> projection;
    private final Mode mode;
    private final Set<UUID> ids;
    private final Map<UUID, Stored<S>> documents = new LinkedHashMap<>();

    Folds(Projection<S> projection, Mode mode, Collection<UUID> ids) {
        this.projection = projection;
        this.mode = mode;
        this.ids = Set.copyOf(ids);
    }

    /** Takes one more event, in order; those of other modes and documents are passed by. */
    void take(Envelope event) {
        if (event.metadata().mode() != mode) return;
        for (UUID id : projection.touches(event)) if (ids.contains(id)) documents.put(id, after(id, event));
    }

    private Stored<S> after(UUID id, Envelope event) {
        Stored<S> before = documents.get(id);
        @Nullable S known = before == null ? null : before.state();
        S state = projection.after(known, event);
        return new Stored<>(
                id, mode, event.position(), projection.sequence(state), projection.deleted(state), state, false);
    }

    boolean knowsNothingOf(UUID id) {
        return !documents.containsKey(id);
    }

    /** A document, deleted or not. */
    Optional<Stored<S>> get(UUID id) {
        return Optional.ofNullable(documents.get(id));
    }

    /** What there is of those that aren't deleted, by id. */
    Map<UUID, S> live() {
        Map<UUID, S> live = new LinkedHashMap<>();
        documents.forEach((id, stored) -> {
            if (!stored.deleted()) live.put(id, stored.state());
        });
        return live;
    }
}
