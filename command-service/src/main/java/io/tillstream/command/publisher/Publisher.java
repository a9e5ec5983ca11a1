package io.tillstream.command.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.tillstream.command.platform.Lease;
import io.tillstream.events.envelope.CloudEvent;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.trace.Traces;
import io.tillstream.store.Appended;
import io.tillstream.store.CloudEvents;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.Tail;
import io.tillstream.store.WritableStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the tail and produces each run of events to the topic, in order, noting the position once all of the run is
 * acknowledged. Runs in one instance at a time. Whatever fails, it starts again from the noted position, so a consumer may
 * see a run twice and drops what it has had by {@code position}.
 */
public final class Publisher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Publisher.class);
    private static final int RUN = 500;
    /**
     * Runs begin no closer together than this. An event that comes alone goes at once; of many, those of 20 ms go together, which
     * costs everybody behind the topic a fraction of what each alone does.
     */
    private static final Duration APART = Duration.ofMillis(20);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final Duration LEASE_CHECK = Duration.ofSeconds(2);

    private final DataSource writer;
    private final WritableStore store;
    private final CloudEvents events;
    private final Appended appended;
    private final PublisherSettings settings;
    private final Traces traces;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean publishing;
    private volatile long position;
    private volatile long caughtUp = System.nanoTime();
    private volatile @Nullable String trouble;
    private @Nullable Thread thread;

    public Publisher(
            DataSource writer,
            WritableStore store,
            CloudEvents events,
            Appended appended,
            PublisherSettings settings,
            Traces traces) {
        this.writer = writer;
        this.store = store;
        this.events = events;
        this.appended = appended;
        this.settings = settings;
        this.traces = traces;
    }

    public void start() {
        thread = Thread.ofPlatform().name("publisher").start(this::runUntilClosed);
    }

    /** Whether this instance holds the lease and reaches the broker. */
    public boolean publishing() {
        return publishing;
    }

    /** Whether it is this instance that publishes, or would if nothing kept it from that. */
    boolean responsible() {
        return publishing || trouble != null;
    }

    /** The last position that is known to be acknowledged. */
    public long position() {
        return position;
    }

    /** How long ago there was nothing left to publish. */
    public Duration behindFor() {
        return Duration.ofNanos(System.nanoTime() - caughtUp);
    }

    /** What keeps this instance from publishing; null when nothing does, or when another instance publishes. */
    public @Nullable String trouble() {
        return trouble;
    }

    private void runUntilClosed() {
        try {
            while (!closed()) {
                try {
                    publishWhileLeased();
                    trouble = null;
                } catch (SQLException | RuntimeException | ExecutionException | TimeoutException | Error e) {
                    if (!closed()) report(e);
                } finally {
                    publishing = false;
                }
                closing.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(Throwable e) {
        String now = String.valueOf(e.getMessage());
        if (!now.equals(trouble)) log.warn("Publishing to {} stopped and is tried again: {}", settings.topic(), now);
        trouble = now;
    }

    private void publishWhileLeased() throws SQLException, InterruptedException, ExecutionException, TimeoutException {
        Optional<Lease> taken = Lease.tryTake(writer, "publisher " + settings.topic());
        if (taken.isEmpty()) return;
        try (Lease lease = taken.get()) {
            Noted noted = new Noted(lease, settings.topic());
            position = noted.position();
            Topic topic = new Topic(settings.kafka().bootstrap(), settings.topic());
            topic.ensure();
            long from = from(position, topic.lastPosition());
            try (KafkaProducer<String, byte[]> producer =
                    Producers.to(settings.kafka().bootstrap(), Producers.NEVER)) {
                try {
                    publishFrom(from, lease, noted, producer);
                } finally {
                    producer.close(Duration.ofMillis(closed() ? 2_000 : 0));
                }
            }
        }
    }

    // Where the topic ends before the noted position, a broker lost its tail.
    private static long from(long noted, OptionalLong topicEnd) {
        return topicEnd.isPresent() ? Math.min(noted, topicEnd.getAsLong()) : noted;
    }

    private void publishFrom(long from, Lease lease, Noted noted, KafkaProducer<String, byte[]> producer)
            throws SQLException, InterruptedException, ExecutionException {
        Records records = new Records(settings.topic());
        Tail tail = store.log().tailFrom(from);
        position = from;
        publishing = true;
        trouble = null;
        long lastCheck = System.nanoTime();
        while (!closed()) {
            long seen = appended.count();
            long began = System.nanoTime();
            List<StoredEvent> rows = tail.nextStored(RUN);
            List<CloudEvent> run = events.allOf(rows);
            if (run.isEmpty()) {
                if (tail.atEnd()) caughtUp = began;
                appended.awaitPoll(seen);
                if (System.nanoTime() - lastCheck > LEASE_CHECK.toNanos()) {
                    lease.requireHeld();
                    lastCheck = System.nanoTime();
                }
                continue;
            }
            List<Span> spans = begin(rows);
            try {
                produce(run, spans, records, producer, lease);
            } finally {
                spans.forEach(Span::end);
            }
            noted.note(tail.position());
            position = tail.position();
            if (tail.atEnd()) caughtUp = began;
            closing.await(began + APART.toNanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    /** One for each event, and nobody's where the event's command wasn't recorded. */
    private List<Span> begin(List<StoredEvent> rows) {
        List<Span> spans = new ArrayList<>(rows.size());
        for (StoredEvent row : rows) {
            String parent = traces.on() && row.metadata().contains(Traces.TRACEPARENT)
                    ? EventJson.object(row.metadata()).path(Traces.TRACEPARENT).stringValue(null)
                    : null;
            spans.add(
                    parent == null
                            ? Span.getInvalid()
                            : traces.begin(row.type() + " publish", SpanKind.PRODUCER, parent)
                                    .setAttribute("messaging.system", "kafka")
                                    .setAttribute("messaging.destination.name", settings.topic())
                                    .setAttribute("tillstream.position", row.position()));
        }
        return spans;
    }

    private void produce(
            List<CloudEvent> run,
            List<Span> spans,
            Records records,
            KafkaProducer<String, byte[]> producer,
            Lease lease)
            throws SQLException, InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> sent = new ArrayList<>(run.size());
        long previous = position;
        for (int i = 0; i < run.size(); i++) {
            ProducerRecord<String, byte[]> record = records.record(run.get(i), previous);
            String traceparent = Traces.recorded(spans.get(i));
            if (traceparent != null) record.headers().add(Traces.TRACEPARENT, traceparent.getBytes(UTF_8));
            sent.add(producer.send(record));
            previous = Long.parseLong(run.get(i).position());
        }
        for (Future<RecordMetadata> record : sent) {
            while (true) {
                try {
                    record.get(LEASE_CHECK.toMillis(), TimeUnit.MILLISECONDS);
                    break;
                } catch (TimeoutException e) {
                    // a send is never given up, but a lease may be lost meanwhile
                    publishing = false;
                    trouble = "the broker doesn't acknowledge";
                    if (closed()) throw new IllegalStateException("Closed while the broker doesn't acknowledge", e);
                    lease.requireHeld();
                }
            }
        }
        publishing = true;
        trouble = null;
    }

    private boolean closed() {
        return closing.getCount() == 0;
    }

    /** Stops after the run at hand. */
    @Override
    public void close() {
        closing.countDown();
        Thread running = thread;
        try {
            if (running != null) running.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
