package io.tillstream.query.platform;

import io.tillstream.events.Mode;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.http.access.Caller;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.store.EventLog;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * One thing of a kind, for one caller: as it is, as it was, and what happened to it. What the caller may not see, was never
 * there or is of another kind is answered with 404.
 */
public final class Single<S> {
    private final Documents<S> documents;
    private final EventLog events;
    private final Actors actors;
    private final Caller caller;
    private final String name;
    private final Predicate<S> seen;

    Single(Documents<S> documents, EventLog events, Actors actors, Caller caller, String name, Predicate<S> seen) {
        this.documents = documents;
        this.events = events;
        this.actors = actors;
        this.caller = caller;
        this.name = name;
        this.seen = seen;
    }

    /** Hides more than other modes: by what a first event fixes for ever, such as an owner. */
    public Single<S> only(Predicate<S> own) {
        return new Single<>(documents, events, actors, caller, name, seen.and(own));
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
    public Listing<HistoryEntry> history(UUID id, ListQuery query, History.Shown shown) {
        first(id);
        return new History(events, actors, caller, shown)
                .page(documents.projection().aggregates(id, events), query);
    }

    private Found<S> now(UUID id) {
        Optional<Stored<S>> stored = documents.visibleTo(caller).find(id).filter(found -> seen.test(found.state()));
        return new Found<>(NotFound.unless(stored, name), documents.now(caller), false);
    }

    private Found<S> past(UUID id, Envelope first, Instant then, long toSequence) {
        if (first.time().isAfter(then)) throw NotFound.of(name);
        Folds<S> folds = new Folds<>(documents.projection(), mode(), Set.of(id));
        events.tell(documents.projection().aggregates(id, events), then, event -> {
            // Two events may have the same time.
            if (event.sequence() <= toSequence || !event.aggregateId().equals(id)) folds.take(event);
        });
        Stored<S> stored = NotFound.unless(folds.get(id).filter(found -> !found.deleted()), name);
        return new Found<>(stored, new Past(events, caller, then), true);
    }

    /** Its first event: with that, mode and kind are certain, and everything else that decides who may see it. */
    private Envelope first(UUID id) {
        Folds<S> folds = new Folds<>(documents.projection(), mode(), Set.of(id));
        Optional<Envelope> first = events.event(id, 0);
        first.ifPresent(folds::take);
        NotFound.unless(folds.get(id).filter(found -> seen.test(found.state())), name);
        return first.orElseThrow();
    }

    private Mode mode() {
        return documents.modeFor(caller);
    }
}
