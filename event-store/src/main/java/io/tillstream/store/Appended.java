package io.tillstream.store;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells the tails of this process that something was committed, so that they need not wait for their next poll. Other
 * processes poll: a NOTIFY in the append would serialise commits.
 */
public final class Appended {
    /** How soon whoever waits looks by itself for what other processes appended. */
    static final Duration POLL = Duration.ofMillis(10);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private long signals;

    /** To be called after a commit. */
    public void signal() {
        lock.lock();
        try {
            signals++;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many signals there were; a number to wait beyond. */
    public long count() {
        lock.lock();
        try {
            return signals;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there were more signals than {@code seen}, or the time is up. */
    public void awaitBeyond(long seen, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (signals <= seen && left > 0) left = more.awaitNanos(left);
        } finally {
            lock.unlock();
        }
    }

    /** Waits one poll interval, or less when something is committed in this process. */
    public void awaitPoll(long seen) throws InterruptedException {
        awaitBeyond(seen, POLL);
    }
}
