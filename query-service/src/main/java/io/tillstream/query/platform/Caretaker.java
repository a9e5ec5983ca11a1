package io.tillstream.query.platform;

import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Tells other instances which collections this one uses, and drops those that nobody does: what a replay left behind that was
 * killed or aborted, and what reads have left. In use is what a pointer names, what a replay builds that isn't over, and what an
 * instance says. An instance that has said nothing for a minute is dead; one that couldn't say it for most of a minute reads nothing
 * before it has looked again.
 */
final class Caretaker implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Caretaker.class);
    private static final Duration REMEMBERED = Duration.ofDays(90);

    /**
     * How often it does what.
     *
     * @param beat between two sayings of what is used
     * @param sweep between two looks for what isn't
     * @param death of an instance that says nothing
     */
    record Pace(Duration beat, Duration sweep, Duration death) {
        static final Pace USUAL = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMinutes(1));
    }

    private final Follower follower;
    private final ReadStore store;
    private final Replays replays;
    private final Clock clock;
    private final String instance;
    private final Pace pace;
    private final Stillness<String> others = new Stillness<>();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(
            2, // what is said must not wait for what is dropped
            Thread.ofPlatform().name("read-model-caretaker").daemon().factory());
    private volatile boolean running;

    Caretaker(Follower follower, ReadStore store, Replays replays, Clock clock, String instance, Pace pace) {
        this.follower = follower;
        this.store = store;
        this.replays = replays;
        this.clock = clock;
        this.instance = instance;
        this.pace = pace;
    }

    @Override
    public void start() {
        running = true;
        every(pace.beat(), this::say);
        every(pace.sweep(), this::sweep);
    }

    /** After the follower, which goes on until its last batch is in. */
    @Override
    public void stop() {
        timer.shutdownNow();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return -1;
    }

    private void every(Duration pause, Runnable task) {
        Runnable safely = () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) { // what is thrown to the timer ends it, and reads with it
                log.debug("The collections are looked after later", e);
            }
        };
        var _ = timer.scheduleWithFixedDelay(safely, 0, pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void say() {
        store.use(instance, follower.collections());
        follower.held();
    }

    /** The order matters: a collection is always named by one of the things that are looked at after the collections. */
    private void sweep() {
        Set<String> unused = new HashSet<>(store.collections());
        for (ReadStore.Instance other : store.used()) {
            if (others.stillFor(other.id(), other.beat()).compareTo(pace.death()) < 0) {
                other.uses().forEach(unused::remove);
            } else {
                store.forget(other.id());
            }
        }
        unused.removeAll(follower.collections());
        replays.open().forEach(replay -> unused.remove(replay.collection()));
        unused.removeAll(store.pointedTo());
        for (String collection : unused) {
            log.info("Dropping {}, which nothing uses", collection);
            store.drop(collection);
        }
        replays.forgetBefore(clock.instant().minus(REMEMBERED));
    }
}
