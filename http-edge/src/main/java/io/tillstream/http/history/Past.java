package io.tillstream.http.history;

import io.tillstream.http.access.Caller;
import io.tillstream.store.EventLog;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** An instant gone by: things as they are made of the events up to then, read from the event store. */
final class Past implements Moment {
    private record Wanted(String folding, Set<UUID> ids) {}

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
    @SuppressWarnings("unchecked") // a folding's name says what it makes
    public <S> Map<UUID, S> findAll(Source<S> of, Collection<UUID> ids) {
        Wanted wanted = new Wanted(of.folding().name(), Set.copyOf(ids));
        Map<UUID, ?> known = found.get(wanted);
        if (known == null) {
            known = fold(of, wanted.ids());
            found.put(wanted, known);
        }
        return (Map<UUID, S>) known;
    }

    private <S> Map<UUID, S> fold(Source<S> of, Set<UUID> ids) {
        Folds<S> folds = new Folds<>(of.folding(), of.modeFor(caller), ids);
        List<UUID> aggregates = ids.stream()
                .flatMap(id -> of.folding().aggregates(id, events).stream())
                .toList();
        events.tell(aggregates, instant, folds::take);
        // What something refers to was there before it, even where the clocks of their writers differ.
        for (UUID id : ids) if (folds.knowsNothingOf(id)) events.event(id, 0).ifPresent(folds::take);
        return folds.live();
    }
}
