package io.tillstream.query.platform;

import io.tillstream.http.consistency.ReadModel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far this instance's reads are, for those who wait for their own writes. Where a wait was in vain, nobody waits until
 * reads have got to what was waited for.
 */
final class Progress implements ReadModel {
    /** The longest that anybody waits; a lag above it is waited for by nobody. */
    static final Duration BOUND = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(Progress.class);

    private final LongSupplier highest;
    private final LongSupplier interruptions;
    private final AtomicLong changes = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private volatile long position;
    private volatile long missed;
    private volatile long caughtUp = System.nanoTime() - BOUND.multipliedBy(2).toNanos();

    /**
     * Nothing is shown yet.
     *
     * @param highest the store's last position; may fail
     * @param interruptions how often the read store went away so far
     */
    Progress(LongSupplier highest, LongSupplier interruptions) {
        this.highest = highest;
        this.interruptions = interruptions;
    }

    /**
     * What reads show: what they have since a change, of a store that didn't go away meanwhile. The position wouldn't do: it
     * stands still where one collection is behind, though others go on.
     */
    private record Shown(long changes, long interruptions) {}

    @Override
    public Object shown() {
        return new Shown(changes.get(), interruptions.getAsLong());
    }

    /** Reads show something else than before: other collections, or other documents. */
    void changed() {
        changes.incrementAndGet();
    }

    /** Reads show everything up to here. May go back when the read store has lost something. */
    void reached(long newPosition) {
        lock.lock();
        try {
            changed(); // before the position: whoever sees that must not be given what was made before
            position = newPosition;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** There is nothing more to come at this moment. */
    void caughtUp() {
        caughtUp = System.nanoTime();
    }

    /** Since when there has been more to come than reads show. */
    Duration behindFor() {
        return Duration.ofNanos(System.nanoTime() - caughtUp);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public boolean await(long wanted, Duration atMost) throws InterruptedException {
        if (position >= wanted) return true;
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (position < wanted && left > 0) left = moved.awaitNanos(left);
            if (position >= wanted) return true;
        } finally {
            lock.unlock();
        }
        miss(wanted);
        return false;
    }

    // A client may name any position: one that the store doesn't have is waited for by nobody else.
    private void miss(long wanted) {
        try {
            missed = Math.min(wanted, highest.getAsLong());
        } catch (RuntimeException e) {
            log.debug("How far the store is can't be told", e);
        }
    }

    @Override
    public boolean degraded() {
        return position < missed || behindFor().compareTo(BOUND) > 0;
    }
}
