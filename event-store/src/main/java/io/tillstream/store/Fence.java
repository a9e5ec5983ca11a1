package io.tillstream.store;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Tells whether a missing position is dead or still on its way.
 *
 * <p>A position is taken inside a transaction that may commit after later ones, or never. A writer takes its transaction
 * id before its first position. So a transaction id taken now (the fence) is above that of whoever took a position below
 * one that is visible already; once the oldest running transaction has reached the fence, every position up to that one is
 * either visible or dead. Clocks play no part. Not thread-safe.
 */
final class Fence {
    /** The oldest transaction that still ran in the snapshot of the statement that asks. */
    static final String XMIN = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    private final JdbcClient jdbc;
    private final TransactionTemplate ownTransaction;
    private long settled;
    private boolean standing;
    private long xid;
    private long highest;

    Fence(JdbcClient jdbc, TransactionTemplate ownTransaction, long settled) {
        this.jdbc = jdbc;
        this.ownTransaction = ownTransaction;
        this.settled = settled;
    }

    /** To be told of every snapshot, before {@link #passes} is asked about what it shows. */
    void look(long xmin) {
        if (!standing || xmin < xid) return;
        settled = Math.max(settled, highest);
        standing = false;
    }

    /** Every position up to here is visible or dead. */
    long settled() {
        return settled;
    }

    /** Whether nothing can turn up any more between a position and the next visible one. */
    boolean passes(long position, long next) {
        return next == position + 1 || next - 1 <= settled;
    }

    /** Puts up a fence behind the highest visible position, unless one stands. Whether it did. */
    boolean raise(long highestVisible) {
        if (standing) return false;
        xid = currentXid();
        highest = highestVisible;
        standing = true;
        return true;
    }

    private long currentXid() {
        Long current = ownTransaction.execute(status -> jdbc.sql("select pg_current_xact_id()::text::bigint")
                .query(Long.class)
                .single());
        if (current == null) throw new IllegalStateException("PostgreSQL gave no transaction id");
        return current;
    }
}
