package io.tillstream.http.stream;

import io.tillstream.http.access.Caller;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Unavailability;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The streams that are open in this process: how many there may be, that each has a credential which still holds, and that
 * they end before the server stops. Stopped first of all, so the server has nothing left to wait for.
 */
public final class Streams implements SmartLifecycle {
    /** Open streams of one credential, and of all, in one process. */
    public static final int MOST_OF_ONE = 20;

    public static final int MOST = 500;

    private static final Logger log = LoggerFactory.getLogger(Streams.class);
    private static final Duration COMMENT = Duration.ofSeconds(15);
    private static final Duration SLICE = Duration.ofMillis(250);
    private static final Duration CHECK = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** How long a client may take no bytes, and may take for the last ones. */
    private static final Duration STALLED = Duration.ofSeconds(30);

    private static final Duration LEAVING = Duration.ofSeconds(2);

    private final List<Unavailability> unavailabilities;
    private final Set<Open> all = ConcurrentHashMap.newKeySet();
    private final Scheduler threads = Schedulers.fromExecutorService(Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("stream-", 0).factory()));
    private volatile boolean running;
    private volatile @Nullable Thread watch;

    public Streams(List<Unavailability> unavailabilities) {
        this.unavailabilities = List.copyOf(unavailabilities);
    }

    /**
     * One stream on its way to one client.
     *
     * @see #open
     */
    public final class Open {
        private final EventStream stream;
        private final UUID credential;
        private final Mono<?> stillAllowed;
        private final Runnable cut;
        private boolean begun;
        private long lastSent;
        private volatile long handedOver;
        private volatile long endingSince;

        private Open(EventStream stream, Caller caller, Mono<?> stillAllowed, Runnable cut) {
            this.stream = stream;
            this.credential = caller.id();
            this.stillAllowed = stillAllowed;
            this.cut = cut;
        }

        /** Runs what blocks. */
        public Scheduler threads() {
            return threads;
        }

        public boolean ending() {
            return endingSince != 0;
        }

        /** What to send next; null at the end. Asked when what came before has been sent. Blocks. */
        public byte @Nullable [] next() throws InterruptedException {
            handedOver = 0;
            if (!begun) {
                begun = true;
                return sending(stream.opening());
            }
            while (!ending()) {
                Duration left = COMMENT.minusNanos(System.nanoTime() - lastSent);
                if (!left.isPositive()) return sending(EventStream.comment("still here"));
                byte[] more = more(left.compareTo(SLICE) < 0 ? left : SLICE);
                if (more.length > 0 && !ending()) return sending(more);
            }
            return null;
        }

        private byte[] more(Duration atMost) throws InterruptedException {
            try {
                return stream.next(atMost);
            } catch (RuntimeException | Error e) { // an Error would end nothing, and the client would wait for ever
                if (ending()) return new byte[0];
                if (!unavailable(e)) {
                    log.error("A stream failed and is ended", e);
                    end();
                    return new byte[0];
                }
                // it goes on where it was, so a client that stays has missed nothing
                Thread.sleep(PAUSE);
                return new byte[0];
            }
        }

        private byte[] sending(byte[] message) {
            lastSent = System.nanoTime();
            handedOver = lastSent;
            return message;
        }

        /** No more than the message at hand. */
        void end() {
            if (endingSince == 0) endingSince = System.nanoTime();
        }

        /** Is told that the client has it all, or has left. */
        public void close() {
            end();
            all.remove(this);
        }

        private void check(boolean credentials) {
            long now = System.nanoTime();
            long sending = handedOver;
            boolean stuck = (sending != 0 && now - sending > STALLED.toNanos())
                    || (ending() && now - endingSince > LEAVING.toNanos());
            if (stuck) cut.run();
            else if (credentials && !ending()) stillAllowed.timeout(LEAVING).subscribe(allowed -> {}, refused -> end());
        }
    }

    /**
     * Takes up a stream; refuses one too many.
     *
     * @param stillAllowed fails when the caller's credential isn't what it was; asked again and again
     * @param cut closes the connection to a client that takes nothing more
     */
    public Open open(EventStream stream, Caller caller, Mono<?> stillAllowed, Runnable cut) {
        if (!running) throw new Invalid(ErrorCode.SERVICE_UNAVAILABLE, "The service is stopping, try again");
        Open open = new Open(stream, caller, stillAllowed, cut);
        all.add(open);
        long ofOne = all.stream()
                .filter(other -> other.credential.equals(caller.id()))
                .count();
        if (ofOne <= MOST_OF_ONE && all.size() <= MOST) return open;
        all.remove(open);
        throw Invalid.tooMany(
                ofOne > MOST_OF_ONE
                        ? "Too many streams: this credential has " + MOST_OF_ONE + " open, which is the most"
                        : "Too many streams: " + MOST + " are open, which is the most",
                5);
    }

    /** How many are open. */
    public int count() {
        return all.size();
    }

    private boolean unavailable(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 10; depth++) {
            for (Unavailability unavailability : unavailabilities) if (unavailability.means(cause)) return true;
            cause = cause.getCause();
        }
        return false;
    }

    private void watch() {
        try {
            while (running || !all.isEmpty()) {
                boolean credentials = running;
                all.forEach(open -> open.check(credentials));
                TimeUnit.NANOSECONDS.sleep(CHECK.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        running = true;
        watch = Thread.ofVirtual().name("streams").start(this::watch);
    }

    @Override
    public void stop() {
        running = false;
        all.forEach(Open::end);
        Thread watching = watch;
        try {
            if (watching != null) watching.join(LEAVING.plusSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
