package io.tillstream.query.platform;

import io.tillstream.store.EventLog;
import java.time.Clock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gives each concept the documents of its projections. */
public final class Reads {
    private final ReadStore store;
    private final Function<String, @Nullable Feed<?>> current;
    private final EventLog events;
    private final Clock clock;

    /** Reads through the feeds, by projection (null for one that isn't there yet), and the past through the store. */
    Reads(ReadStore store, Function<String, @Nullable Feed<?>> current, EventLog events, Clock clock) {
        this.store = store;
        this.current = current;
        this.events = events;
        this.clock = clock;
    }

    public <S> Documents<S> of(Projection<S> projection) {
        return new Documents<>(projection, store, current, events, clock);
    }
}
