package io.tillstream.command.publisher;

import io.tillstream.events.envelope.CloudEvent;
import io.tillstream.store.CloudEvents;
import io.tillstream.store.EventFilter;
import io.tillstream.store.EventPages;
import io.tillstream.store.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Produces a range of history once more, to another topic than the publisher's, in the very same records and order. */
public final class Republisher {
    private static final int RUN = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final EventPages pages;
    private final CloudEvents events;
    private final String bootstrap;
    private final String topic;

    /** It ended early; the message says how far it got. */
    public static final class Failed extends RuntimeException {
        Failed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** To a topic, which is made with one partition where it is missing. */
    public Republisher(EventPages pages, CloudEvents events, String bootstrap, String topic) {
        this.pages = pages;
        this.events = events;
        this.bootstrap = bootstrap;
        this.topic = topic;
    }

    /**
     * Publishes the events of the positions from one to another, both inclusive; answers how many there were.
     *
     * @param to at or below the horizon
     * @param progress is told of positions that are acknowledged
     */
    public long publish(long from, long to, LongConsumer progress) throws InterruptedException {
        try {
            new Topic(bootstrap, topic).ensure();
        } catch (ExecutionException | TimeoutException | IllegalStateException e) {
            throw new Failed(
                    e instanceof IllegalStateException
                            ? String.valueOf(e.getMessage())
                            : "Kafka at " + bootstrap + " doesn't answer",
                    null);
        }
        long acknowledged = before(from);
        long published = 0;
        try (KafkaProducer<String, byte[]> producer = Producers.to(bootstrap, PATIENCE)) {
            Records records = new Records(topic);
            List<StoredEvent> rows = rows(from - 1, to);
            while (!rows.isEmpty()) {
                produce(events.allOf(rows), acknowledged, producer, records);
                acknowledged = rows.getLast().position();
                published += rows.size();
                progress.accept(acknowledged);
                rows = rows(acknowledged, to);
            }
            return published;
        } catch (ExecutionException | IllegalStateException e) {
            Throwable reason = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            throw new Failed(
                    "Published " + published + " events, up to position " + acknowledged + ", and no further: "
                            + reason.getMessage(),
                    null);
        }
    }

    private List<StoredEvent> rows(long after, long to) {
        return pages.run(EventFilter.everything(), after, to, RUN).events();
    }

    /** The position that the first record names as the one before it. */
    private long before(long from) {
        List<StoredEvent> before =
                pages.page(EventFilter.everything(), 0, from - 1, 1, false).events();
        return before.isEmpty() ? 0 : before.getFirst().position();
    }

    private static void produce(
            List<CloudEvent> run, long before, KafkaProducer<String, byte[]> producer, Records records)
            throws InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> sent = new ArrayList<>(run.size());
        long previous = before;
        for (CloudEvent event : run) {
            sent.add(producer.send(records.record(event, previous)));
            previous = Long.parseLong(event.position());
        }
        for (Future<RecordMetadata> record : sent) record.get();
    }
}
