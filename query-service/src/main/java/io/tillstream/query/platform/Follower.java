package io.tillstream.query.platform;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.trace.Traces;
import io.tillstream.query.platform.ReadStore.Told;
import io.tillstream.query.platform.Topic.Arrived;
import io.tillstream.store.EventLog;
import io.tillstream.store.Tail;
import io.tillstream.store.WrongMasterKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Follows the topic and feeds every projection. On start, and where an event's predecessor is missing, it reads the store:
 * it notes the topic's end, takes the store's events up to the horizon and goes on from the noted offset, dropping what it
 * has had. Whatever fails, it starts over from the checkpoints, for as long as it takes; so while the broker is away, the
 * store alone carries it. Every instance follows: a feed's filters make that harmless.
 */
final class Follower implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Follower.class);
    private static final int RUN = 1_000;
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final Duration GAP = Duration.ofMillis(10);
    private static final Duration CHECKPOINT = Duration.ofMillis(200);
    private static final Duration POINTERS = Duration.ofSeconds(1);
    /** For so long a collection is fed that reads of this instance have left. */
    private static final Duration OUTGOING = Duration.ofMinutes(1);
    /** For so long other instances let be what this one has said it uses, and some more. */
    static final Duration HELD = Duration.ofSeconds(45);

    private static final Duration FILLING = Duration.ofSeconds(30);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);
    private static final Duration STOPPING = Duration.ofSeconds(5);

    /** Where the topic is. */
    record Broker(String bootstrap, String topic) {}

    /** A feed whose collection reads don't use any more, since a {@link System#nanoTime()}. */
    private record Leaving(Feed<?> feed, long at) {}

    /** A complete feed that reads are to use, and who is told when they do; null for nobody. */
    private record Built(Feed<?> feed, @Nullable CompletableFuture<Void> joined) {
        void fail(RuntimeException reason) {
            if (joined != null) joined.completeExceptionally(reason);
        }
    }

    private final List<Projection<?>> projections;
    private final ReadStore store;
    private final EventLog events;
    private final Broker broker;
    private final EventJson json;
    private final Progress progress;
    private final Traces traces;

    private final Map<String, Feed<?>> current = new ConcurrentHashMap<>();
    private final Set<String> building = ConcurrentHashMap.newKeySet();
    private final Queue<Built> built = new ConcurrentLinkedQueue<>();
    private final List<Feed<?>> fed = new ArrayList<>();
    private final List<Leaving> leaving = new CopyOnWriteArrayList<>();
    private long looked = System.nanoTime();
    private volatile boolean connected;
    private volatile long held = System.nanoTime();
    private volatile boolean lost;
    private boolean followed;
    private volatile @Nullable String foreign;
    private @Nullable Told newest;
    private @Nullable Told told;
    private volatile CountDownLatch stopped = new CountDownLatch(0);
    private volatile @Nullable Thread thread;

    Follower(
            List<Projection<?>> projections,
            ReadStore store,
            EventLog events,
            Broker broker,
            EventJson json,
            Progress progress,
            Traces traces) {
        this.projections = List.copyOf(projections);
        this.store = store;
        this.events = events;
        this.broker = broker;
        this.json = json;
        this.progress = progress;
        this.traces = traces;
    }

    /** What reads of a projection use; null while that isn't known, or may be known no more. */
    @Nullable
    Feed<?> current(String projection) {
        return since(held).compareTo(HELD) < 0 ? current.get(projection) : null;
    }

    /** The other instances have just been told of {@link #collections}, and let them be. */
    void held() {
        // after having been away for so long what reads use may be gone: nothing is read until that has been looked up
        if (since(held).compareTo(HELD) >= 0) {
            lost = true;
            current.clear();
            progress.changed();
        }
        held = System.nanoTime();
    }

    /** Whether it reads the topic; otherwise the store alone carries it. */
    boolean connected() {
        return connected;
    }

    /** Why nothing is read or written: the documents tell another history than the event store's. Null where they don't. */
    @Nullable
    String foreign() {
        return foreign;
    }

    /** The collections that reads use though they aren't complete yet. */
    Set<String> building() {
        return current.values().stream()
                .map(Feed::collection)
                .filter(building::contains)
                .collect(Collectors.toSet());
    }

    /** The collections that this instance reads or writes, or has until a minute ago. */
    Set<String> collections() {
        Set<String> used = new HashSet<>(building);
        leaving.forEach(left -> used.add(left.feed().collection()));
        current.values().forEach(feed -> used.add(feed.collection()));
        return used;
    }

    /** Takes in a collection that is complete but for the last events; from then on reads use it, here and everywhere. */
    CompletableFuture<Void> take(Feed<?> feed) {
        CompletableFuture<Void> joined = new CompletableFuture<>();
        built.add(new Built(feed, joined));
        return joined;
    }

    @Override
    public void start() {
        CountDownLatch stop = new CountDownLatch(1);
        stopped = stop;
        thread = Thread.ofPlatform().name("projections").daemon().start(() -> run(stop));
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

    /** Before the web server, so that a first read finds something, and after it, so that a last one needn't wait. */
    @Override
    public int getPhase() {
        return 0;
    }

    private void run(CountDownLatch stop) {
        int failures = 0;
        try {
            while (stop.getCount() > 0) {
                try {
                    followed = false;
                    follow(stop);
                } catch (RuntimeException | Error e) {
                    failures = followed ? 1 : failures + 1;
                    if (failures == 1 && e instanceof WrongMasterKey)
                        log.error("{}. Nothing is read until it is", e.getMessage());
                    else if (failures == 1) log.warn("Starting over from the checkpoints", e);
                    else log.debug("Starting over from the checkpoints, {} failures in a row", failures, e);
                    pause(stop, MAX_PAUSE.dividedBy(Math.max(1, 16 >> Math.min(failures, 4))));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(CountDownLatch stop) throws InterruptedException {
        events.requireMasterKey(); // or everything sealed would be set aside as unreadable
        requireSameHistory();
        open();
        Tail tail = events.tailFrom(lowest());
        catchUp(tail, stop);
        lookAround(tail.position(), stop);
        try (Topic topic = new Topic(broker.bootstrap(), broker.topic(), json)) {
            long end = topic.end();
            catchUp(tail, stop);
            topic.goTo(end);
            connected = true;
            followed = true;
            long last = tail.position();
            long checkpointed = System.nanoTime();
            long arrival = System.nanoTime();
            boolean missing = false;
            Tail beyond = null;
            while (stop.getCount() > 0) {
                List<Arrived> arrived = topic.next(POLL);
                List<Span> spans = begin(arrived, last);
                try {
                    last = take(arrived, last, stop);
                } finally {
                    spans.forEach(Span::end);
                }
                if (!arrived.isEmpty()) {
                    arrival = System.nanoTime();
                    missing = false;
                }
                boolean silent = since(arrival).compareTo(SILENCE) > 0;
                if (silent) {
                    // a dead broker looks like a quiet one: only the store tells
                    if (beyond == null || beyond.position() != last) beyond = events.tailFrom(last);
                    boolean more = !beyond.nextEvenIfUnreadable(1).isEmpty();
                    if (more && missing) throw new IllegalStateException("The topic is silent, and the store has more");
                    missing = more; // what was stored just now may be on its way: the next poll tells
                    if (!more) arrival = System.nanoTime();
                }
                if (!silent && topic.behind().orElse(0) == 0) progress.caughtUp();
                if (arrived.isEmpty() || since(checkpointed).compareTo(CHECKPOINT) > 0) {
                    checkpoint();
                    checkpointed = System.nanoTime();
                }
                lookAround(last, stop);
            }
            checkpoint();
        } finally {
            connected = false;
        }
    }

    /** A read store given by mistake, or an event store restored from a backup, would be taken for up to date. */
    private void requireSameHistory() {
        Told known = store.told().orElse(null);
        if (known == null || events.isAt(known.position(), known.event())) {
            foreign = null;
            return;
        }
        foreign = "The read store tells of event " + known.event() + " at position " + known.position()
                + ", which the event store doesn't have there: it belongs to another event store, or this one was restored"
                + " from an older backup. Nothing is read until the read store is the right one, or empty: it is filled again then";
        current.clear();
        progress.changed();
        throw new IllegalStateException(foreign);
    }

    private void checkpoint() {
        fed.forEach(Feed::checkpoint);
        Told reached = newest;
        if (reached == null || reached.equals(told)) return;
        store.tell(reached);
        told = reached;
    }

    /** Takes up every projection where its checkpoint says; a new one beside older ones is built on its own. */
    private void open() {
        fed.clear();
        lost = false;
        told = null; // the store may have lost that too
        for (Projection<?> projection : projections) {
            Feed<?> read = current.get(projection.name());
            // where another instance has switched meanwhile, followPointers() does it here, when that has caught up
            String collection = read == null || store.checkpoint(read.collection()) == 0
                    ? store.current(projection)
                    : read.collection();
            current.put(projection.name(), Feed.open(projection, collection, store));
        }
        progress.changed();
        long furthest =
                current.values().stream().mapToLong(Feed::position).max().orElse(0);
        for (Feed<?> feed : current.values()) {
            if (feed.position() == 0 && furthest > 0) build(feed.projection(), feed.collection());
            else fed.add(feed);
        }
        progress.reached(shown());
    }

    /** Reads the store up to the horizon. */
    private void catchUp(Tail tail, CountDownLatch stop) {
        while (stop.getCount() > 0) {
            List<Envelope> run = tail.nextEvenIfUnreadable(RUN);
            if (run.isEmpty()) break;
            apply(run);
            checkpoint();
            requireFound();
        }
        progress.caughtUp();
    }

    /** What there is to do beside feeding: other collections than before may be the ones to read. */
    private void lookAround(long last, CountDownLatch stop) throws InterruptedException {
        requireFound();
        // taken from the queue once it has joined: what fails is tried again
        for (Built next = built.peek(); next != null; next = built.peek()) {
            if (next.feed().interrupted()) {
                built.remove(next);
                building.remove(next.feed().collection());
                if (next.joined() == null)
                    build(next.feed().projection(), next.feed().collection());
                else next.fail(new IllegalStateException("The read store was away"));
                continue;
            }
            join(next, last, stop);
            built.remove(next);
        }
        if (since(looked).compareTo(POINTERS) > 0) {
            followPointers();
            looked = System.nanoTime();
        }
    }

    private void requireFound() {
        if (lost) throw new IllegalStateException("What reads use may be gone");
    }

    /** For those that somebody records: from their arrival until reads show them. */
    private List<Span> begin(List<Arrived> arrived, long after) {
        if (!traces.on()) return List.of();
        List<Span> spans = new ArrayList<>();
        for (Arrived next : arrived) {
            Envelope event = next.envelope();
            if (next.traceparent() == null || event.position() <= after) continue;
            spans.add(traces.begin(event.type() + " project", SpanKind.CONSUMER, next.traceparent())
                    .setAttribute("messaging.system", "kafka")
                    .setAttribute("messaging.destination.name", broker.topic())
                    .setAttribute("tillstream.position", event.position()));
        }
        return spans;
    }

    /** Takes what has arrived, and what is missing before it from the store; answers the position of the last event. */
    private long take(List<Arrived> arrived, long after, CountDownLatch stop) throws InterruptedException {
        long last = after;
        List<Envelope> run = new ArrayList<>();
        for (Arrived next : arrived) {
            if (next.envelope().position() <= last) continue;
            if (next.previousPosition() > last) {
                apply(run);
                run = new ArrayList<>();
                last = fill(last, next.previousPosition(), stop);
                if (next.envelope().position() <= last) continue;
            }
            run.add(next.envelope());
            last = next.envelope().position();
        }
        apply(run);
        return last;
    }

    /** Reads the store until it has given the event at a position that the topic says there is. */
    private long fill(long after, long to, CountDownLatch stop) throws InterruptedException {
        log.info("The topic has a hole after position {}: reading the store up to {}", after, to);
        Tail tail = events.tailFrom(after);
        long started = System.nanoTime();
        while (tail.position() < to) {
            List<Envelope> run = tail.nextEvenIfUnreadable(RUN);
            apply(run);
            if (!run.isEmpty()) continue;
            if (since(started).compareTo(FILLING) > 0)
                throw new IllegalStateException("The topic names position " + to + ", which the store doesn't give");
            // what follows the hole must be neither applied nor checkpointed
            if (!pause(stop, GAP)) throw new InterruptedException("Stopped while filling a hole");
        }
        return Math.max(after, tail.position());
    }

    private void apply(List<Envelope> run) {
        if (run.isEmpty()) return;
        for (Feed<?> feed : fed) feed.apply(run);
        newest = new Told(run.getLast().position(), run.getLast().id());
        progress.reached(shown());
    }

    private void build(Projection<?> projection, String collection) {
        if (!building.add(collection)) return;
        CountDownLatch stop = stopped;
        Thread.ofVirtual().name("building " + collection).start(() -> {
            try {
                while (stop.getCount() > 0) {
                    try {
                        built.add(new Built(caughtUp(projection, collection, stop), null));
                        return;
                    } catch (RuntimeException e) {
                        log.warn("Building {} goes on from its checkpoint", collection, e);
                        if (!pause(stop, MAX_PAUSE)) return;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                if (stop.getCount() == 0) building.remove(collection);
            }
        });
    }

    private Feed<?> caughtUp(Projection<?> projection, String collection, CountDownLatch stop) {
        log.info("Building {}", collection);
        Feed<?> feed = Feed.open(projection, collection, store);
        Tail tail = events.tailFrom(feed.position());
        while (stop.getCount() > 0) {
            List<Envelope> run = tail.nextEvenIfUnreadable(RUN);
            if (run.isEmpty()) break;
            feed.apply(run);
            progress.changed(); // reads may use it already
            feed.checkpoint();
        }
        return feed;
    }

    /** From here on a built collection is fed with the others, and reads use it. */
    private void join(Built next, long last, CountDownLatch stop) throws InterruptedException {
        Feed<?> feed = next.feed();
        Feed<?> before = current.get(feed.projection().name());
        if (before == null) throw new IllegalStateException("What reads use may be gone");
        // reads never go back: it shows at least what the one before it shows
        long shown = Math.max(last, before.position());
        Tail tail = events.tailFrom(feed.position());
        while (feed.position() < shown) {
            List<Envelope> run = tail.nextEvenIfUnreadable(RUN);
            feed.apply(run);
            if (run.isEmpty() && !pause(stop, GAP)) return;
        }
        feed.checkpoint();
        if (!before.collection().equals(feed.collection())) {
            if (!store.switchTo(feed.projection(), before.collection(), feed.collection())) {
                building.remove(feed.collection());
                next.fail(new IllegalStateException("Another instance has switched to another collection"));
                return;
            }
            leaving.add(new Leaving(before, System.nanoTime()));
        }
        fed.removeIf(other -> other.collection().equals(feed.collection()));
        fed.add(feed);
        // another instance may be ahead of this one, and have shown here by the collection before what this one lacks
        feed.holdReads();
        try {
            current.put(feed.projection().name(), feed);
            progress.changed();
            long seen = events.highest();
            long held = System.nanoTime();
            while (feed.position() < seen && since(held).compareTo(Progress.BOUND) < 0) {
                List<Envelope> run = tail.nextEvenIfUnreadable(RUN);
                feed.apply(run);
                if (run.isEmpty() && !pause(stop, GAP)) break;
            }
        } finally {
            feed.letRead();
        }
        building.remove(feed.collection());
        if (next.joined() != null) next.joined().complete(null);
        progress.reached(shown());
        log.info("Reads use {} from position {} on", feed.collection(), feed.position());
    }

    /** Another instance may have switched; and what has not been read for a minute is let go. */
    private void followPointers() {
        for (Projection<?> projection : projections) {
            String collection = store.current(projection);
            Feed<?> read = current.get(projection.name());
            if (read == null || !read.collection().equals(collection)) build(projection, collection);
        }
        leaving.removeIf(left -> {
            if (since(left.at()).compareTo(OUTGOING) < 0) return false;
            fed.remove(left.feed());
            return true;
        });
    }

    private long lowest() {
        return fed.stream().mapToLong(Feed::position).min().orElse(0);
    }

    private long shown() {
        return current.values().stream().mapToLong(Feed::position).min().orElse(0);
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }

    /** Whether it wasn't stopped meanwhile. */
    private static boolean pause(CountDownLatch stop, Duration length) throws InterruptedException {
        return !stop.await(length.toNanos(), TimeUnit.NANOSECONDS);
    }
}
