package io.tillstream.store;

import io.tillstream.events.envelope.Envelope;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * All events in ascending position, each committed one exactly once: where a position is missing, it goes on when the
 * {@link Fence} says that nothing can turn up there any more. Not thread-safe.
 */
public final class Tail {
    private record Snapshot(long xmin, List<StoredEvent> rows, boolean cut) {}

    private final JdbcClient jdbc;
    private final Fence fence;
    private final StoredEvents.Opener opener;
    private long position;
    private boolean atEnd;
    private boolean empty;

    Tail(JdbcClient jdbc, Fence fence, StoredEvents.Opener opener, long after) {
        this.jdbc = jdbc;
        this.fence = fence;
        this.opener = opener;
        this.position = after;
    }

    /** The position of the last event returned, or where it started. */
    public long position() {
        return position;
    }

    /** Whether the last read returned all that was committed by then. */
    public boolean atEnd() {
        return atEnd;
    }

    /**
     * The next events in order, at most {@code max} and fewer where they are large; empty when there is nothing new this side
     * of the horizon.
     */
    public List<Envelope> next(int max) {
        return opener.open(nextStored(max));
    }

    /**
     * As {@link #next}, with an {@link io.tillstream.events.envelope.Unreadable} in the place of each event that can't be
     * read; what fails for another reason, such as a lost connection, is thrown and may be asked for again.
     */
    public List<Envelope> nextEvenIfUnreadable(int max) {
        long before = position;
        try {
            return StoredEvents.evenIfUnreadable(opener).open(nextStored(max));
        } catch (RuntimeException e) {
            position = before;
            throw e;
        }
    }

    /** As {@link #next}, with the rows as they are stored. */
    public List<StoredEvent> nextStored(int max) {
        if (empty && EventLog.highest(jdbc) <= position) return List.of();
        Snapshot snapshot = read(max);
        fence.look(snapshot.xmin());
        List<StoredEvent> next = new ArrayList<>(snapshot.rows().size());
        long reached = position;
        for (StoredEvent row : snapshot.rows()) {
            if (!fence.passes(reached, row.position())) break;
            next.add(row);
            reached = row.position();
        }
        if (next.size() < snapshot.rows().size())
            fence.raise(snapshot.rows().getLast().position());
        position = reached;
        empty = snapshot.rows().isEmpty();
        atEnd = !snapshot.cut() && next.size() == snapshot.rows().size() && next.size() < max;
        return next;
    }

    private Snapshot read(int max) {
        return jdbc.sql("select " + Fence.XMIN + " as xmin, e.* from (values (1)) one"
                        + " left join lateral ("
                        + StoredEvents.bounded(
                                StoredEvents.SELECT + " where position > :after order by position limit :max",
                                true,
                                StoredEvents.RUN_BYTES)
                        + ") e on true order by e.position")
                .param("after", position)
                .param("max", max)
                .query(rs -> {
                    long xmin = 0;
                    boolean cut = false;
                    List<StoredEvent> rows = new ArrayList<>();
                    while (rs.next()) {
                        xmin = rs.getLong("xmin");
                        cut = rs.getBoolean("cut");
                        if (rs.getString("event_id") != null) rows.add(StoredEvents.row(rs));
                    }
                    return new Snapshot(xmin, rows, cut);
                });
    }
}
