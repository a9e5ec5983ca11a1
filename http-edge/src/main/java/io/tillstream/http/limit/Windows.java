package io.tillstream.http.limit;

import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Windows of a minute, each starting with its first request, in which so many requests pass. In this process only.
 *
 * @param <K> who is counted
 */
public final class Windows<K> {
    static final long LENGTH_MS = 60_000;

    /**
     * One counted request.
     *
     * @param remaining how many more pass
     * @param endsAt epoch milliseconds
     */
    public record Window(int limit, int remaining, long endsAt, boolean passed) {
        public long secondsLeft(long now) {
            return Math.max(1, Math.ceilDiv(endsAt - now, 1_000));
        }

        private Window next() {
            return remaining > 0 ? new Window(limit, remaining - 1, endsAt, true) : new Window(limit, 0, endsAt, false);
        }

        private Window back() {
            return new Window(limit, Math.min(limit, remaining + 1), endsAt, passed);
        }
    }

    private final Clock clock;
    private final Map<K, Window> windows = new ConcurrentHashMap<>();
    private final AtomicLong nextSweep = new AtomicLong();

    public Windows(Clock clock) {
        this.clock = clock;
    }

    /** Counts one request against a limit. */
    public Window spend(K who, int limit) {
        long now = clock.millis();
        sweep(now);
        Window spent = windows.compute(
                who,
                (k, window) -> window == null || window.endsAt <= now || window.limit != limit
                        ? new Window(limit, limit - 1, now + LENGTH_MS, true)
                        : window.next());
        return spent;
    }

    /** Takes the last count back. */
    public void giveBack(K who) {
        windows.computeIfPresent(who, (k, window) -> window.back());
    }

    /** What is known from elsewhere of a window, so that counting can go on from there. */
    void note(K who, Window window) {
        windows.put(who, window);
    }

    private void sweep(long now) {
        long due = nextSweep.get();
        if (now < due || !nextSweep.compareAndSet(due, now + LENGTH_MS)) return;
        windows.values().removeIf(window -> window.endsAt <= now);
    }
}
