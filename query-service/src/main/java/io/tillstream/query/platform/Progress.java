package io.tillstream.query.platform;

import io.tillstream.http.consistency.ReadModel;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How far this instance's reads are, for those who wait for their own writes. Where a wait was in vain, nobody waits until
 * reads have got to what was waited for.
 */
final class Progress implements ReadModel {
    /** The longest that anybody waits; a lag above it is waited for by nobody. */
    static final Duration BOUND = Duration.ofSeconds(2);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private volatile long position;
    private volatile long missed;
    private volatile long caughtUp = System.nanoTime() - BOUND.multipliedBy(2).toNanos();

    /** Reads show everything up to here. May go back when the read store has lost something. */
    void reached(long newPosition) {
        lock.lock();
        try {
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
            missed = Math.max(missed, wanted);
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean degraded() {
        return position < missed || behindFor().compareTo(BOUND) > 0;
    }
}
