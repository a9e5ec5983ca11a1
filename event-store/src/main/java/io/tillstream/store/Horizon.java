package io.tillstream.store;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How far history is settled: the highest position up to which every event is either visible or dead, by the rule of
 * {@link Fence}. What is at or below it never changes again, so it may be read in any order and as often as one likes.
 *
 * <p>It is looked for only while somebody waits, by one of those who wait, and at most every {@link #APART}. Waiting holds
 * no connection. Thread-safe; its methods block.
 */
public final class Horizon {
    /** Two looks are no closer than this, however much is written and whoever waits. */
    static final Duration APART = Duration.ofMillis(5);

    private static final int RUN = 1_000;

    private record Snapshot(long xmin, long highest, List<Long> next) {}

    private final JdbcClient jdbc;
    private final Fence fence;
    private final LongSupplier highest;
    private final Appended appended;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean looking;
    private long lastLook = System.nanoTime() - APART.toNanos();
    private long appendedAtLastLook = -1;
    private volatile long position;

    /**
     * The horizon of what a log shows. One for a process is enough.
     *
     * @param appended signals what this process appends; what others append is found within 10 ms
     */
    public Horizon(EventLog log, Appended appended) {
        this.jdbc = log.jdbc();
        this.fence = log.fence(0);
        this.highest = log::highest;
        this.appended = appended;
    }

    /** Where it was when it was last looked for; 0 when nobody has asked yet. It only rises. */
    public long position() {
        return position;
    }

    /** Waits until it is above a position, at most so long; answers where it is. */
    public long awaitAbove(long passed, Duration atMost) throws InterruptedException {
        return await(passed + 1, atMost);
    }

    /** Waits until everything that is committed at this moment is settled, at most so long; answers where it is. */
    public long awaitNow(Duration atMost) throws InterruptedException {
        return await(highest.getAsLong(), atMost);
    }

    /** As {@link #awaitNow}, for whoever can't do with less; empty when the time was up before. */
    public OptionalLong settledNow(Duration atMost) throws InterruptedException {
        long wanted = highest.getAsLong();
        long reached = await(wanted, atMost);
        return reached >= wanted ? OptionalLong.of(reached) : OptionalLong.empty();
    }

    private long await(long wanted, Duration atMost) throws InterruptedException {
        if (position >= wanted) return position;
        long end = System.nanoTime() + atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (position < wanted) {
                long left = end - System.nanoTime();
                if (left <= 0) break;
                if (looking) changed.awaitNanos(left);
                else lookFor(wanted, end);
            }
            return position;
        } finally {
            lock.unlock();
        }
    }

    /** Looks until it has risen at all, so that another may take over. Called with the lock, which it leaves meanwhile. */
    private void lookFor(long wanted, long end) throws InterruptedException {
        looking = true;
        lock.unlock();
        try {
            while (true) {
                long seen = appended.count();
                long before = position;
                look();
                long left = end - System.nanoTime();
                if (position >= wanted || position > before || left <= 0) return;
                appended.awaitBeyond(seen, Duration.ofNanos(Math.min(left, Appended.POLL.toNanos())));
            }
        } finally {
            lock.lock();
            looking = false;
            changed.signalAll();
        }
    }

    private void look() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(lastLook + APART.toNanos() - System.nanoTime());
        long signals = appended.count();
        if (signals > appendedAtLastLook || highest.getAsLong() > position) lookFurther();
        appendedAtLastLook = signals;
        lastLook = System.nanoTime();
    }

    private void lookFurther() {
        for (int looks = 0; looks < 2; looks++) {
            Snapshot snapshot = read();
            fence.look(snapshot.xmin());
            long reached = Math.max(position, fence.settled());
            for (long next : snapshot.next()) {
                if (next <= reached) continue;
                if (!fence.passes(reached, next)) break;
                reached = next;
            }
            position = reached;
            // a second look at once: a new fence is reached already where nobody else is writing
            if (reached >= snapshot.highest() || !fence.raise(snapshot.highest())) break;
        }
    }

    private Snapshot read() {
        return jdbc.sql("select " + Fence.XMIN + " as xmin, coalesce((select max(position) from events), 0) as highest,"
                        + " array(select position from events where position > :after order by position limit :max)"
                        + " as next")
                .param("after", position)
                .param("max", RUN)
                .query((rs, n) -> new Snapshot(rs.getLong("xmin"), rs.getLong("highest"), List.of((Long[])
                        rs.getArray("next").getArray())))
                .single();
    }
}
