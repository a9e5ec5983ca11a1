package io.tillstream.events;

import io.tillstream.events.derived.Derived;
import java.time.Instant;
import java.util.UUID;

/** What the events of one aggregate add up to. Immutable; made only by its concept's fold. */
public interface State {
    UUID id();

    /** The sequence of the last event in it, from 0. */
    long version();

    /** The time of the last event in it. */
    Instant updatedAt();

    /** Deleted states stay as tombstones; no client sees them. */
    boolean deleted();

    /** The rows that the event store keeps beside this aggregate, in the transaction that appends its events. */
    Derived derived();
}
