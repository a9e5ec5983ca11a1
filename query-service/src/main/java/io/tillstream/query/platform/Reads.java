package io.tillstream.query.platform;

/** Gives each concept the documents of its projections. */
public final class Reads {
    private final ReadStore store;
    private final Follower follower;

    Reads(ReadStore store, Follower follower) {
        this.store = store;
        this.follower = follower;
    }

    public <S> Documents<S> of(Projection<S> projection) {
        return new Documents<>(projection, store, follower);
    }
}
