package io.tillstream.query.platform;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gives each concept the documents of its projections. */
public final class Reads {
    private final ReadStore store;
    private final Function<String, @Nullable Feed<?>> current;

    /** Reads through the feeds, by projection; null for one that isn't there yet. */
    Reads(ReadStore store, Function<String, @Nullable Feed<?>> current) {
        this.store = store;
        this.current = current;
    }

    public <S> Documents<S> of(Projection<S> projection) {
        return new Documents<>(projection, store, current);
    }
}
