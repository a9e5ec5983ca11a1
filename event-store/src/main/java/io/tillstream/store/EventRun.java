package io.tillstream.store;

import java.util.List;

/**
 * Some events in a row, in the order that was asked for.
 *
 * @param more whether there may be more of them within the bounds that were asked for; never without any here
 */
public record EventRun(List<StoredEvent> events, boolean more) {
    public EventRun {
        events = List.copyOf(events);
    }

    /** How far an ascending run that was asked for up to a position has got: whoever goes on after that misses nothing. */
    public long reached(long upTo) {
        return more ? events.getLast().position() : upTo;
    }
}
