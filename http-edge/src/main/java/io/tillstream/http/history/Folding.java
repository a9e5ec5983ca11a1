package io.tillstream.http.history;

import io.tillstream.events.envelope.Envelope;
import io.tillstream.store.EventLog;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How events add up to things of a kind. */
public interface Folding<S> {
    String name();

    /** Whether its things belong to the shop as a whole and are seen in both modes. */
    default boolean shopWide() {
        return false;
    }

    /** The things that an event of this aggregate may change. */
    Set<UUID> touches(Envelope event);

    /** The aggregates whose events make a thing. */
    default Collection<UUID> aggregates(UUID thing, EventLog events) {
        return Set.of(thing);
    }

    /** The thing after one more event; where that throws, it stands still. */
    S after(@Nullable S before, Envelope event);

    /** The version that clients compare. */
    long sequence(S state);

    /** Whether there is nothing to be seen of it any more but its history. */
    boolean deleted(S state);
}
