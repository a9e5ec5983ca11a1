package io.tillstream.query.platform;

import io.tillstream.events.envelope.Envelope;
import io.tillstream.http.error.Unavailability;
import io.tillstream.query.platform.Replays.Open;
import io.tillstream.query.platform.Replays.Standing;
import io.tillstream.query.platform.Replays.Step;
import io.tillstream.store.EventLog;
import io.tillstream.store.Tail;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Carries out {@link Replays}, one after the other. It works on one for as long as it can say so; where another instance has
 * said nothing for some seconds it goes on from the new collection's checkpoint. Two that work on the same for a moment do
 * no harm: a document takes an event once, and the pointer is moved only from where it was.
 */
final class Rebuilder implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Rebuilder.class);
    private static final int RUN = 1_000;
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration BEAT = Duration.ofMillis(250);
    /** After it has said nothing for so long, an instance's work is gone on with. */
    static final Duration DEATH = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration STOPPING = Duration.ofSeconds(5);
    private static final int MAX_FAILURES = 5;
    private static final String AWAY = "A server that it needs doesn't answer";
    private static final String UNEXPECTED = "Something unexpected; the shop's log says more";

    private final List<Projection<?>> projections;
    private final Replays replays;
    private final ReadStore store;
    private final EventLog events;
    private final Follower follower;
    private final List<Unavailability> unavailabilities;
    private final String instance;
    private final Duration death;
    private final Stillness<UUID> others = new Stillness<>();
    private volatile CountDownLatch stopped = new CountDownLatch(0);
    private volatile @Nullable Thread thread;

    Rebuilder(
            List<Projection<?>> projections,
            Replays replays,
            ReadStore store,
            EventLog events,
            Follower follower,
            List<Unavailability> unavailabilities,
            String instance,
            Duration death) {
        this.projections = List.copyOf(projections);
        this.replays = replays;
        this.store = store;
        this.events = events;
        this.follower = follower;
        this.unavailabilities = List.copyOf(unavailabilities);
        this.instance = instance;
        this.death = death;
    }

    @Override
    public void start() {
        CountDownLatch stop = new CountDownLatch(1);
        stopped = stop;
        thread = Thread.ofPlatform().name("replays").daemon().start(() -> run(stop));
    }

    @Override
    public void stop() {
        stopped.countDown();
        Thread running = thread;
        if (running == null) return;
        try {
            running.join(STOPPING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread = null;
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Ends before the follower, which it hands collections to. */
    @Override
    public int getPhase() {
        return 1;
    }

    private void run(CountDownLatch stop) {
        try {
            do {
                try {
                    for (Open replay : replays.open()) {
                        if (stop.getCount() == 0) return;
                        if (claimed(replay)) new Work(replay, stop).carryOut();
                    }
                } catch (RuntimeException | Error e) { // a replay that was left by one is claimed again
                    log.warn("Replays are looked at later", e);
                }
            } while (!stop.await(LOOK.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean claimed(Open replay) {
        boolean free = replay.by().isEmpty()
                || others.stillFor(replay.id(), replay.beat()).compareTo(death) > 0;
        // one of a version that no instance has any more can still be aborted
        return free
                && follower.foreign() == null
                && (replay.abort() || projection(replay) != null)
                && replays.claim(replay, instance);
    }

    private @Nullable Projection<?> projection(Open replay) {
        return projections.stream()
                .filter(projection -> ReadStore.pointer(projection).equals(replay.pointer()))
                .findFirst()
                .orElse(null);
    }

    /** It was aborted, somebody else has it now, or this instance stops: there is nothing more to do here. */
    private static final class Left extends RuntimeException {
        Left() {
            super("Not ours any more", null, false, false);
        }
    }

    /** The work on one replay. */
    private final class Work {
        private final Open replay;
        private final CountDownLatch stop;
        private long said = System.nanoTime() - BEAT.toNanos();
        private long total;
        private long done;
        private long doneBefore;
        private double perSecond;

        Work(Open replay, CountDownLatch stop) {
            this.replay = replay;
            this.stop = stop;
        }

        void carryOut() throws InterruptedException {
            int failures = 0;
            while (true) {
                long before = done;
                try {
                    rebuild();
                    return;
                } catch (Left e) {
                    return;
                } catch (RuntimeException e) {
                    if (isAway(e) || done > before) failures = 0;
                    else failures++;
                    log.warn("The replay {} of {} goes on from its checkpoint", replay.id(), replay.projection(), e);
                    if (failures == MAX_FAILURES) {
                        giveUp(e);
                        return;
                    }
                    note(e);
                    if (stop.await(PAUSE.toNanos(), TimeUnit.NANOSECONDS)) return;
                }
            }
        }

        private void rebuild() throws InterruptedException {
            Projection<?> projection = projection(replay);
            if (projection == null) {
                abort(); // claimed for that only
                return;
            }
            if (!store.current(projection).equals(replay.collection())) {
                Feed<?> feed = built(projection);
                if (!replays.switching(replay.id(), instance)) {
                    say(feed, true);
                    throw new Left();
                }
                joined(feed);
            }
            replays.done(
                    replay.id(), instance, store.parked(replay.collection()).size());
            log.info("The replay {} of {} is done", replay.id(), replay.projection());
        }

        private Feed<?> built(Projection<?> projection) {
            log.info("Building {} for the replay {}", replay.collection(), replay.id());
            Feed<?> feed = Feed.open(projection, replay.collection(), store);
            done = events.countUpTo(feed.position());
            doneBefore = done;
            total = events.countUpTo(Long.MAX_VALUE);
            Tail tail = events.tailFrom(feed.position());
            CompletableFuture<List<Envelope>> next = read(tail);
            while (true) {
                say(feed, false);
                List<Envelope> run = joined(next);
                if (run.isEmpty()) break;
                next = read(tail); // while this one is written
                feed.apply(run);
                feed.checkpoint();
                done += run.size();
            }
            say(feed, true);
            return feed;
        }

        private List<Envelope> joined(CompletableFuture<List<Envelope>> next) {
            try {
                return next.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException cause) throw cause;
                throw e;
            }
        }

        private CompletableFuture<List<Envelope>> read(Tail tail) {
            return CompletableFuture.supplyAsync(() -> tail.nextEvenIfUnreadable(RUN));
        }

        private void joined(Feed<?> feed) throws InterruptedException {
            CompletableFuture<Void> joined = follower.take(feed);
            while (true) {
                try {
                    joined.get(BEAT.toNanos(), TimeUnit.NANOSECONDS);
                    return;
                } catch (TimeoutException e) {
                    say(feed, false);
                } catch (ExecutionException e) {
                    throw new IllegalStateException("Reads didn't switch to " + replay.collection(), e.getCause());
                }
            }
        }

        /** Says that it is being worked on; fails when it no longer is to be. */
        private void say(Feed<?> feed, boolean now) {
            long elapsed = System.nanoTime() - said;
            if (!now && elapsed < BEAT.toNanos()) return;
            if (elapsed > 0 && done > doneBefore) {
                double latest = (done - doneBefore) * 1e9 / elapsed;
                perSecond = perSecond == 0 ? latest : 0.8 * perSecond + 0.2 * latest;
            }
            said = System.nanoTime();
            doneBefore = done;
            total = Math.max(total, done);
            Long speed = perSecond == 0 ? null : Math.max(1, Math.round(perSecond));
            Standing standing = replays.beat(replay.id(), instance, new Step(feed.position(), done, total, speed));
            if (standing == Standing.TO_ABORT) abort();
            if (standing != Standing.OURS) throw new Left();
            if (stop.getCount() == 0) {
                replays.release(replay.id(), instance);
                throw new Left();
            }
        }

        private void abort() {
            store.drop(replay.collection());
            replays.aborted(replay.id(), instance);
            log.info("The replay {} of {} was aborted", replay.id(), replay.projection());
        }

        private void giveUp(RuntimeException reason) {
            log.error("The replay {} of {} is given up", replay.id(), replay.projection(), reason);
            note(reason);
            // first: another instance may have gone on with it meanwhile, and reads use its collection
            if (replays.failed(replay.id(), instance)) store.drop(replay.collection());
        }

        private void note(RuntimeException reason) {
            try {
                // no message: it may quote what an event says of a person
                replays.note(replay.id(), instance, isAway(reason) ? AWAY : UNEXPECTED);
            } catch (RuntimeException e) {
                log.debug("The read store is away", e);
            }
        }

        private boolean isAway(Throwable failure) {
            for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
                Throwable each = cause;
                if (unavailabilities.stream().anyMatch(away -> away.means(each))) return true;
            }
            return false;
        }
    }
}
