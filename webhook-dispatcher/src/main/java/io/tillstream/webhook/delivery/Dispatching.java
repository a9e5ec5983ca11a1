package io.tillstream.webhook.delivery;

import io.tillstream.events.envelope.Envelope;
import io.tillstream.http.consistency.ReadModel;
import io.tillstream.store.EventLog;
import io.tillstream.store.Horizon;
import io.tillstream.store.IdempotencyAnswers;
import io.tillstream.store.Tail;
import io.tillstream.store.WrongMasterKey;
import io.tillstream.webhook.AfterLoss;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;

/**
 * The dispatcher's life: it brings its schema up to date, then one thread takes history in, one claims, one records what came of
 * what is sent, one carries on replays, one removes the logs of deleted webhooks and one tidies. Whatever fails starts over from
 * what PostgreSQL knows. Any number of instances may run.
 */
final class Dispatching implements SmartLifecycle, ReadModel {
    private static final Logger log = LoggerFactory.getLogger(Dispatching.class);
    private static final String FOREIGN =
            "The schema webhooks was made from another history than this event store's: one of them"
                    + " was restored from an older backup, or belongs to another shop. Nothing is delivered until they fit";

    private static final int RUN = 500;
    /** Runs of history begin no closer together than this; an event that comes alone is taken in at once. */
    private static final Duration APART = Duration.ofMillis(20);

    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration STOPPING = Duration.ofSeconds(8);
    private static final long NOTE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration BOUND = Duration.ofSeconds(2);
    private static final Duration TIDYING = Duration.ofHours(1);

    /** Between two steps of removing, in milliseconds at least and at most: whoever sends has PostgreSQL for himself meanwhile. */
    private static final long BREATH_MS = 50;

    private static final long LONGEST_BREATH_MS = 5_000;

    /** Times as long as a step took: one that looks past much that is gone may take long. */
    private static final int BREATHS = 4;

    /** After so many attempts the queue is vacuumed; after a fifth of what waits, where that is more: it costs as much as that. */
    private static final int WORTH_VACUUM = 5_000;

    private final Runnable migration;
    private final EventLog events;
    private final Horizon horizon;
    private final Intake intake;
    private final Sending sending;
    private final DeliveryQueue queue;
    private final Replays replays;
    private final DeletedLogs deletedLogs;
    private final Witness witness;
    private final AfterLoss afterLoss;
    private final IdempotencyAnswers answers;
    private final Partitions partitions;
    private final Duration retention;
    private final Clock clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private volatile long position;
    private volatile long caughtUp = System.nanoTime();
    private volatile boolean migrated;
    private volatile @Nullable String loss;
    private volatile @Nullable String foreign;
    private long skipping;
    private final Map<String, String> troubles = new ConcurrentHashMap<>(); // by thread
    private volatile CountDownLatch stopped = new CountDownLatch(0);
    private volatile List<Thread> threads = List.of();

    Dispatching(
            Runnable migration,
            EventLog events,
            Horizon horizon,
            Intake intake,
            Sending sending,
            DeliveryQueue queue,
            Replays replays,
            DeletedLogs deletedLogs,
            Witness witness,
            AfterLoss afterLoss,
            IdempotencyAnswers answers,
            Partitions partitions,
            Duration retention,
            Clock clock) {
        this.migration = migration;
        this.events = events;
        this.horizon = horizon;
        this.intake = intake;
        this.sending = sending;
        this.queue = queue;
        this.replays = replays;
        this.deletedLogs = deletedLogs;
        this.witness = witness;
        this.afterLoss = afterLoss;
        this.answers = answers;
        this.partitions = partitions;
        this.retention = retention;
        this.clock = clock;
    }

    @Override
    public void start() {
        CountDownLatch stop = new CountDownLatch(1);
        stopped = stop;
        sending.open();
        threads = List.of(
                Thread.ofPlatform().name("webhooks-intake").daemon().start(() -> untilStopped(stop, this::follow)),
                Thread.ofPlatform().name("webhooks-claiming").daemon().start(() -> {
                    untilStopped(stop, this::claim);
                    sending.giveBackUnwanted();
                }),
                Thread.ofPlatform().name("webhooks-recording").daemon().start(() -> {
                    untilStopped(stop, this::record);
                    recordTheRest();
                }),
                Thread.ofPlatform().name("webhooks-replays").daemon().start(() -> untilStopped(stop, this::replay)),
                Thread.ofPlatform().name("webhooks-removing").daemon().start(() -> untilStopped(stop, this::remove)),
                Thread.ofPlatform().name("webhooks-tidying").daemon().start(() -> untilStopped(stop, this::tidy)));
    }

    @Override
    public void stop() {
        sending.close();
        stopped.countDown();
        sending.wake();
        try {
            for (Thread thread : threads) thread.join(STOPPING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads = List.of();
    }

    @Override
    public boolean isRunning() {
        return !threads.isEmpty();
    }

    @Override
    public int getPhase() {
        return 0;
    }

    private interface Work {
        void until(CountDownLatch stop) throws InterruptedException;
    }

    private void untilStopped(CountDownLatch stop, Work work) {
        int failures = 0;
        try {
            while (stop.getCount() > 0) {
                try {
                    migrate();
                    if (held()) {
                        boolean _ = stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                        continue;
                    }
                    work.until(stop);
                    failures = 0;
                } catch (RuntimeException | Error e) {
                    troubles.put(Thread.currentThread().getName(), String.valueOf(e.getMessage()));
                    if (failures++ == 0) log.warn("The dispatcher starts over", e);
                    else log.debug("The dispatcher starts over, {} failures in a row", failures, e);
                    boolean _ = stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void migrate() {
        if (migrated) return;
        migration.run();
        partitions.make(clock.instant());
        migrated = true;
    }

    /** Whether nothing may be delivered, since nobody knows what was. */
    private synchronized boolean held() {
        String misfit = misfit();
        if (misfit != null && foreign == null) log.error(misfit);
        foreign = misfit;
        if (misfit != null) return true;
        if (afterLoss == AfterLoss.DELIVER) return false;
        long noted = witness.position(); // before the other, which another dispatcher may be raising
        long known = intake.position();
        if (known >= noted) {
            if (loss != null) log.info("The schema webhooks is complete again");
            loss = null;
            return false;
        }
        if (afterLoss == AfterLoss.SKIP) {
            intake.skipTo(noted);
            if (skipping < noted)
                log.warn(
                        "The schema webhooks was lost or is an older one: events {} to {} are not delivered",
                        known,
                        noted);
            skipping = noted;
            return false;
        }
        if (loss == null) {
            loss = "The schema webhooks knows history up to position " + known + ", but it was delivered up to " + noted
                    + ": the schema was lost or restored from an older backup. Nothing is delivered until it is there again"
                    + " or tillstream.webhook.after-loss says skip or deliver";
            log.error(loss);
        }
        return true;
    }

    private @Nullable String misfit() {
        try {
            events.requireMasterKey(); // or every secret would be unreadable, and every delivery given up
        } catch (WrongMasterKey e) {
            return e.getMessage() + ". Nothing is delivered until it is";
        }
        return intake.ofThisHistory() ? null : FOREIGN;
    }

    private void follow(CountDownLatch stop) throws InterruptedException {
        Tail tail = events.tailFrom(intake.position());
        long noted = -1;
        long notedAt = System.nanoTime() - NOTE_NANOS;
        reached(tail.position());
        while (stop.getCount() > 0) {
            well();
            if (tail.position() > noted && System.nanoTime() - notedAt >= NOTE_NANOS) {
                witness.note(tail.position());
                noted = tail.position();
                notedAt = System.nanoTime();
            }
            long began = System.nanoTime();
            List<Envelope> run = tail.nextEvenIfUnreadable(RUN);
            if (!run.isEmpty()) {
                sending.take(intake.take(run));
                reached(tail.position());
            }
            if (tail.atEnd()) caughtUp = began;
            if (run.isEmpty()) horizon.awaitAbove(tail.position(), POLL);
            // with none, and not at the end, somebody still writes at a position before what is there
            if (!run.isEmpty() || !tail.atEnd())
                stop.await(began + APART.toNanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void claim(CountDownLatch stop) throws InterruptedException {
        while (stop.getCount() > 0) {
            sending.claimDue();
            well();
        }
    }

    private void record(CountDownLatch stop) throws InterruptedException {
        while (stop.getCount() > 0) {
            sending.recordDone();
            well();
        }
    }

    /** Waits for the attempts under way; what isn't recorded by then is sent again. */
    private void recordTheRest() {
        long end = System.nanoTime() + STOPPING.minusSeconds(1).toNanos();
        try {
            while (sending.unrecorded() > 0 && System.nanoTime() < end) {
                try {
                    sending.recordDone();
                } catch (RuntimeException e) {
                    log.warn("Deliveries can't be recorded yet", e);
                    TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (sending.unrecorded() > 0)
            log.warn("{} deliveries are not recorded and may be sent again", sending.unrecorded());
    }

    private void replay(CountDownLatch stop) throws InterruptedException {
        do {
            boolean more = true;
            while (more && stop.getCount() > 0) {
                more = replays.carryOn();
                well();
                if (more) sending.wake();
            }
        } while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void remove(CountDownLatch stop) throws InterruptedException {
        long pause;
        do {
            long began = System.nanoTime();
            boolean more = deletedLogs.removeSome();
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            pause = Math.clamp(BREATHS * took, more ? BREATH_MS : PAUSE.toMillis(), LONGEST_BREATH_MS);
            well();
        } while (!stop.await(pause, TimeUnit.MILLISECONDS));
    }

    private void tidy(CountDownLatch stop) throws InterruptedException {
        long vacuumed = sending.recorded();
        Instant next = clock.instant();
        do {
            Instant now = clock.instant();
            if (!now.isBefore(next)) {
                partitions.makeAhead(now);
                int dropped = partitions.dropBefore(now.minus(retention));
                if (dropped > 0) log.info("Dropped {} days of deliveries", dropped);
                answers.forgetOld(now);
                next = now.plus(TIDYING);
            }
            long recorded = sending.recorded();
            if (recorded - vacuumed >= WORTH_VACUUM && recorded - vacuumed >= queue.queued() / 5) {
                vacuumed = recorded;
                vacuum();
            }
            well();
        } while (!stop.await(1, TimeUnit.SECONDS));
    }

    /** Without one all goes on, more slowly. */
    private void vacuum() {
        try {
            queue.vacuumQueue();
        } catch (DataAccessException e) {
            log.warn("The queue of deliveries can't be vacuumed", e);
        }
    }

    private void well() {
        if (!troubles.isEmpty()) troubles.remove(Thread.currentThread().getName());
    }

    // --- how it does

    /** Why nothing is delivered; null when it is. */
    @Nullable
    String trouble() {
        if (foreign != null) return foreign;
        return loss != null ? loss : troubles.values().stream().findFirst().orElse(null);
    }

    /** Whether its tables are there. */
    boolean ready() {
        return migrated;
    }

    /** Positions between the store's last one and what was taken in; an upper bound, since some have no event. */
    long behind() {
        return Math.max(0, events.highest() - position);
    }

    Duration behindFor() {
        return behind() == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - caughtUp);
    }

    // --- what reads show

    private void reached(long newPosition) {
        lock.lock();
        try {
            position = newPosition;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String prefix() {
        return "/api/v1/webhooks";
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public boolean await(long wanted, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (position < wanted && left > 0) left = moved.awaitNanos(left);
            return position >= wanted;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until what has happened so far was taken in, for what isn't a read and acts on it; not for ever. */
    void catchUp() {
        try {
            boolean _ = await(events.highest(), BOUND);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean degraded() {
        return System.nanoTime() - caughtUp > BOUND.toNanos();
    }
}
