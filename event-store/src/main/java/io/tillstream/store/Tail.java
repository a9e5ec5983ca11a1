package io.tillstream.store;

import io.tillstream.events.envelope.Envelope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * All events in ascending position, each committed one exactly once, never past the horizon.
 *
 * <p>A position is taken inside a transaction that may commit after later ones, or never. A writer takes its transaction
 * id before its first position. So where a position is missing, a transaction id taken now (the fence) is above that of
 * whoever took the missing position; once the oldest running transaction has reached the fence, every position up to the
 * highest one seen when the fence was taken is either visible or dead. Clocks play no part. Not thread-safe.
 */
public final class Tail {
    private record Fence(long xid, long highest) {}

    private record Snapshot(long xmin, List<StoredEvent> rows) {}

    private final JdbcClient jdbc;
    private final TransactionTemplate readTransaction;
    private final StoredEvents.Opener opener;
    private long position;
    private long settled;
    private @Nullable Fence fence;

    Tail(JdbcClient jdbc, TransactionTemplate readTransaction, StoredEvents.Opener opener, long after) {
        this.jdbc = jdbc;
        this.readTransaction = readTransaction;
        this.opener = opener;
        this.position = after;
        this.settled = after;
    }

    /** The position of the last event returned, or where it started. */
    public long position() {
        return position;
    }

    /** The next events in order, at most {@code max}; empty when there is nothing new this side of the horizon. */
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
        Snapshot snapshot = read(max);
        if (fence != null && snapshot.xmin() >= fence.xid()) {
            settled = Math.max(settled, fence.highest());
            fence = null;
        }
        List<StoredEvent> next = new ArrayList<>(snapshot.rows().size());
        long reached = position;
        for (StoredEvent row : snapshot.rows()) {
            boolean gap = row.position() != reached + 1;
            if (gap && row.position() - 1 > settled) break;
            next.add(row);
            reached = row.position();
        }
        if (next.size() < snapshot.rows().size() && fence == null) {
            fence = new Fence(currentXid(), snapshot.rows().getLast().position());
        }
        position = reached;
        return next;
    }

    private Snapshot read(int max) {
        return jdbc.sql(
                        "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin, e.* from (values (1)) one"
                                + " left join lateral (" + StoredEvents.SELECT
                                + " where position > :after order by position limit :max) e on true order by e.position")
                .param("after", position)
                .param("max", max)
                .query(rs -> {
                    long xmin = 0;
                    List<StoredEvent> rows = new ArrayList<>();
                    while (rs.next()) {
                        xmin = rs.getLong("xmin");
                        if (rs.getString("event_id") != null) rows.add(StoredEvents.row(rs));
                    }
                    return new Snapshot(xmin, rows);
                });
    }

    private long currentXid() {
        Long xid = readTransaction.execute(status -> jdbc.sql("select pg_current_xact_id()::text::bigint")
                .query(Long.class)
                .single());
        if (xid == null) throw new IllegalStateException("PostgreSQL gave no transaction id");
        return xid;
    }
}
