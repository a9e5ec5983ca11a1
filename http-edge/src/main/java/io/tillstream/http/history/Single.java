package io.tillstream.http.history;

import io.tillstream.events.State;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.Unreadable;
import io.tillstream.http.access.Caller;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.store.EventLog;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * One thing of a kind, for one caller: as it is, as it was, and what happened to it. What the caller may not see, was never
 * there or is of another kind is answered with 404.
 */
public final class Single<S> {
    /** What clients see of a state at a moment; what isn't the aggregate's own is not a part of it. */
    @FunctionalInterface
    public interface Shown {
        Object of(State state, Moment at);
    }

    private final Source<S> source;
    private final EventLog events;
    private final Clock clock;
    private final Caller caller;
    private final String name;
    private final Predicate<S> seen;
    private final boolean seenByAll;

    /**
     * One of a source for a caller.
     *
     * @param name what it is called where it isn't found, such as {@code Product}
     */
    public Single(Source<S> source, EventLog events, Clock clock, Caller caller, String name) {
        this(source, events, clock, caller, name, state -> true, true);
    }

    private Single(
            Source<S> source,
            EventLog events,
            Clock clock,
            Caller caller,
            String name,
            Predicate<S> seen,
            boolean seenByAll) {
        this.source = source;
        this.events = events;
        this.clock = clock;
        this.caller = caller;
        this.name = name;
        this.seen = seen;
        this.seenByAll = seenByAll;
    }

    /** Hides more than other modes: by what a first event fixes for ever, such as an owner. */
    public Single<S> only(Predicate<S> own) {
        return new Single<>(source, events, clock, caller, name, seen.and(own), false);
    }

    public Found<S> find(UUID id, AsOf asOf) {
        return switch (asOf) {
            case AsOf.Now _ -> now(id);
            case AsOf.At(Instant instant) -> past(id, first(id), instant, Long.MAX_VALUE);
            case AsOf.Version(long sequence) -> {
                Envelope first = first(id);
                Instant then = events.event(id, sequence)
                        .orElseThrow(() -> AsOf.invalid(AsOf.SEQUENCE, "must not be above the latest version"))
                        .time();
                yield past(id, first, then, sequence);
            }
        };
    }

    /** Every event of it and of what belongs to it, deleted or not, with the change of each aggregate's own state. */
    public Listing<HistoryEntry> history(UUID id, ListQuery query) {
        return history(id, query, (state, at) -> state);
    }

    /** As {@link #history(UUID, ListQuery)}, with changes of what clients see of a state. */
    public Listing<HistoryEntry> history(UUID id, ListQuery query, Shown shown) {
        Envelope first = event(id);
        if (!(first.event() instanceof Unreadable)) requireSeen(id, first);
        else if (!seenByAll) throw NotFound.of(name);
        return new History(events, caller, shown).page(source.folding().aggregates(id, events), query);
    }

    private Found<S> now(UUID id) {
        Source.Current<S> current =
                NotFound.unless(source.find(caller, id).filter(found -> seen.test(found.state())), name);
        return new Found<>(
                current.state(),
                source.folding().sequence(current.state()),
                current.stale(),
                new Moment.Now(caller, clock.instant()),
                false);
    }

    private Found<S> past(UUID id, Envelope first, Instant then, long toSequence) {
        if (first.time().isAfter(then)) throw NotFound.of(name);
        Folding<S> folding = source.folding();
        Folds<S> folds = folds(id);
        events.tell(folding.aggregates(id, events), then, event -> {
            // Two events may have the same time.
            if (event.sequence() <= toSequence || !event.aggregateId().equals(id)) folds.take(event);
        });
        S state = NotFound.unless(folds.get(id).filter(found -> !folding.deleted(found)), name);
        return new Found<>(state, folding.sequence(state), folds.standsStill(id), new Past(events, caller, then), true);
    }

    /** Its first event: with that, mode and kind are certain, and everything else that decides who may see it. */
    private Envelope first(UUID id) {
        Envelope first = event(id);
        requireSeen(id, first);
        return first;
    }

    /** As {@link #first}, though it may be unreadable: then mode and kind are certain only. */
    private Envelope event(UUID id) {
        return NotFound.unless(
                events.event(id, 0)
                        .filter(first -> first.metadata().mode() == source.modeFor(caller))
                        .filter(first -> source.folding().touches(first).contains(id)),
                name);
    }

    private void requireSeen(UUID id, Envelope first) {
        Folds<S> folds = folds(id);
        folds.take(first);
        NotFound.unless(folds.get(id).filter(seen), name);
    }

    private Folds<S> folds(UUID id) {
        return new Folds<>(source.folding(), source.modeFor(caller), Set.of(id));
    }
}
