package io.tillstream.query.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.events.envelope.CloudEvent;
import io.tillstream.http.stream.EventStream;
import io.tillstream.store.CloudEvents;
import io.tillstream.store.EventFilter;
import io.tillstream.store.EventPages;
import io.tillstream.store.EventRun;
import io.tillstream.store.Horizon;
import io.tillstream.store.RecentEvents;
import io.tillstream.store.RecentEvents.Run;
import io.tillstream.store.StoredEvent;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The events of a filter after a position, each once and in order, as they get settled. */
final class EventsFrom implements EventStream {
    private static final int MOST = 100;
    private static final long MOST_BYTES = 1_000_000;
    private static final byte[] NOTHING = {};

    private final Horizon horizon;
    private final EventPages pages;
    private final RecentEvents recent;
    private final CloudEvents events;
    private final EventFilter filter;
    private final boolean tellsStart;
    private long position;

    /**
     * What comes after a position.
     *
     * @param tellsStart whether the client doesn't know the position that it starts from
     */
    EventsFrom(
            Horizon horizon,
            EventPages pages,
            RecentEvents recent,
            CloudEvents events,
            EventFilter filter,
            long position,
            boolean tellsStart) {
        this.horizon = horizon;
        this.pages = pages;
        this.recent = recent;
        this.events = events;
        this.filter = filter;
        this.position = position;
        this.tellsStart = tellsStart;
    }

    /** An id without data is no event, but what a client says in {@code Last-Event-ID} if it is cut before the first. */
    @Override
    public byte[] opening() {
        return tellsStart
                ? (": after position " + position + "\nid: " + position + "\n\n").getBytes(UTF_8)
                : EventStream.comment("after position " + position);
    }

    @Override
    public byte[] next(Duration atMost) throws InterruptedException {
        long settled = horizon.awaitAbove(position, atMost);
        if (settled <= position) return NOTHING;
        Optional<Run> run = recent.between(position, settled);
        EventRun found = run.isPresent()
                ? someOf(run.get().events())
                : pages.page(filter, position, settled, MOST, MOST_BYTES, true);
        byte[] messages = messages(events.of(found.events()));
        position = found.reached(run.map(Run::upTo).orElse(settled));
        return messages;
    }

    private EventRun someOf(List<StoredEvent> run) {
        List<StoredEvent> some = new ArrayList<>();
        long characters = 0;
        for (StoredEvent event : run) {
            if (!filter.matches(event)) continue;
            characters += event.payload().length();
            if (some.size() == MOST || (characters > MOST_BYTES && !some.isEmpty())) return new EventRun(some, true);
            some.add(event);
        }
        return new EventRun(some, false);
    }

    private static byte[] messages(List<CloudEvent> events) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (CloudEvent event : events) {
            out.writeBytes(("id: " + event.position() + "\nevent: " + event.type() + "\ndata: ").getBytes(UTF_8));
            out.writeBytes(event.json());
            out.writeBytes("\n\n".getBytes(UTF_8));
        }
        return out.toByteArray();
    }
}
