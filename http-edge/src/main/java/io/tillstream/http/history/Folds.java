package io.tillstream.http.history;

import io.tillstream.events.Mode;
import io.tillstream.events.PersonErased;
import io.tillstream.events.envelope.Envelope;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Some things of one mode, folded of the events that it is told. Nothing is stored. */
final class Folds<S> {
    private final Folding<S> folding;
    private final Mode mode;
    private final Set<UUID> ids;
    private final Map<UUID, S> states = new LinkedHashMap<>();
    private final Set<UUID> still = new HashSet<>();

    Folds(Folding<S> folding, Mode mode, Collection<UUID> ids) {
        this.folding = folding;
        this.mode = mode;
        this.ids = Set.copyOf(ids);
    }

    /** Takes one more event, in order; those of other modes and things are passed by. */
    void take(Envelope event) {
        if (event.metadata().mode() != mode) return;
        for (UUID id : folding.touches(event)) if (ids.contains(id)) take(id, event);
    }

    private void take(UUID id, Envelope event) {
        @Nullable S before = states.get(id);
        if (still.contains(id) && (before == null || !(event.event() instanceof PersonErased))) return;
        try {
            states.put(id, folding.after(before, event));
        } catch (RuntimeException e) { // as a read model sets it aside
            still.add(id);
        }
    }

    boolean knowsNothingOf(UUID id) {
        return !states.containsKey(id);
    }

    /** A thing, deleted or not. */
    Optional<S> get(UUID id) {
        return Optional.ofNullable(states.get(id));
    }

    /** Whether an event couldn't be taken, and those after it weren't. */
    boolean standsStill(UUID id) {
        return still.contains(id);
    }

    /** What there is of those that aren't deleted, by id. */
    Map<UUID, S> live() {
        Map<UUID, S> live = new LinkedHashMap<>(states);
        live.values().removeIf(folding::deleted);
        return live;
    }
}
