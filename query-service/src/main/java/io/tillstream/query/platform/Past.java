package io.tillstream.query.platform;

import io.tillstream.http.access.Caller;
import io.tillstream.store.EventLog;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** An instant gone by: documents as their projection makes them of the events up to then, read from the event store. */
final class Past implements Moment {
    private record Wanted(String projection, Set<UUID> ids) {}

    private final EventLog events;
    private final Caller caller;
    private final Instant instant;
    private final Map<Wanted, Map<UUID, ?>> found = new HashMap<>();

    Past(EventLog events, Caller caller, Instant instant) {
        this.events = events;
        this.caller = caller;
        this.instant = instant;
    }

    @Override
    public Instant instant() {
        return instant;
    }

    @Override
    @SuppressWarnings("unchecked") // a projection's name says what its documents hold
    public <S> Map<UUID, S> findAll(Documents<S> of, Collection<UUID> ids) {
        Wanted wanted = new Wanted(of.projection().name(), Set.copyOf(ids));
        Map<UUID, ?> known = found.get(wanted);
        if (known == null) {
            known = fold(of, wanted.ids());
            found.put(wanted, known);
        }
        return (Map<UUID, S>) known;
    }

    private <S> Map<UUID, S> fold(Documents<S> of, Set<UUID> ids) {
        Folds<S> folds = new Folds<>(of.projection(), of.modeFor(caller), ids);
        List<UUID> aggregates = ids.stream()
                .flatMap(id -> of.projection().aggregates(id, events).stream())
                .toList();
        events.tell(aggregates, instant, folds::take);
        // What something refers to was there before it, even where the clocks of their writers differ.
        for (UUID id : ids) if (folds.knowsNothingOf(id)) events.event(id, 0).ifPresent(folds::take);
        return folds.live();
    }
}
