package io.tillstream.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The newest settled events in memory, so that a hundred readers at the end of history are one reader of the store. Personal
 * fields stay sealed in it. Thread-safe; blocks.
 */
public final class RecentEvents {
    private static final int MOST = 1_000;
    private static final long MOST_CHARACTERS = 8_000_000;

    /**
     * Every event after where it was asked from.
     *
     * @param upTo how far: inclusive, and there may be more
     */
    public record Run(List<StoredEvent> events, long upTo) {}

    private final EventPages pages;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<StoredEvent> events = new ArrayDeque<>();
    private long characters;
    private long after;
    private long upTo;

    public RecentEvents(EventPages pages) {
        this.pages = pages;
    }

    /** What comes after a position, at most up to another, which is settled; empty for a reader who is too far behind. */
    public Optional<Run> between(long from, long settled) {
        lock.lock();
        try {
            if (from > upTo) startAt(from);
            if (from < after) return Optional.empty();
            if (settled > upTo) read(settled);
            long reached = Math.min(settled, upTo);
            if (from < after) return Optional.empty(); // what was read pushed out what was asked for
            return Optional.of(new Run(
                    events.stream()
                            .filter(event -> event.position() > from && event.position() <= reached)
                            .toList(),
                    reached));
        } finally {
            lock.unlock();
        }
    }

    private void startAt(long position) {
        events.clear();
        characters = 0;
        after = position;
        upTo = position;
    }

    private void read(long settled) {
        EventRun next = pages.run(EventFilter.everything(), upTo, settled, MOST);
        for (StoredEvent event : next.events()) {
            events.add(event);
            characters += event.payload().length();
        }
        upTo = next.reached(settled);
        while (events.size() > MOST || characters > MOST_CHARACTERS) {
            StoredEvent oldest = events.remove();
            characters -= oldest.payload().length();
            after = oldest.position();
        }
    }
}
