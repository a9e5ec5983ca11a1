package io.tillstream.query.platform;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.tillstream.embedded.KafkaServer;
import io.tillstream.embedded.Servers;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Metadata;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.store.EventLog;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A store and a topic of a test's own, written as the write side does: an event can be in both, or in the store alone. */
public final class TestLog implements AutoCloseable {
    static final Instant AT = Instant.parse("2026-04-01T10:00:00Z");

    final KafkaServer kafka = Servers.temporary().kafka();
    public final String topic = "events-" + UUID.randomUUID();
    private final GivenStore store = new GivenStore();
    final EventJson json = store.json;
    final EventLog log = store.log;

    /** The store's address and its owner's connection. */
    public final String url = store.url;

    public final JdbcClient jdbc = store.jdbc;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<UUID, Long> sequences = new HashMap<>();
    private long last;
    private String lastId = "";
    private long published;

    public TestLog() {
        kafka.createTopic(topic);
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrap()),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    Follower.Broker broker() {
        return new Follower.Broker(kafka.bootstrap(), topic);
    }

    /** The position of the last event. */
    public long last() {
        return last;
    }

    public UUID tag(String name) {
        UUID id = UUID.randomUUID();
        publish(new TagCreated(id, AT, name, name));
        return id;
    }

    void rename(UUID tag, String name) {
        publish(new TagChanged(tag, AT, name, name));
    }

    /** In the store, and in the topic. */
    void publish(DomainEvent event) {
        publishOf("tag", Mode.LIVE, event);
    }

    /** As {@link #publish}, of another concept. */
    public void publishOf(String concept, Mode mode, DomainEvent event) {
        append(concept, mode, event, json.typeOf(event.getClass()).name());
        produce(concept, mode, event);
    }

    /** In the store; the topic has lost it. */
    void append(DomainEvent event) {
        append("tag", Mode.LIVE, event, json.typeOf(event.getClass()).name());
    }

    /** So many more tags like this one, in the store alone. */
    void copy(UUID tag, int copies) {
        jdbc.sql("insert into events (event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata,"
                        + " payload) select gen_random_uuid(), aggregate_type, id, sequence, type, revision, time,"
                        + " metadata, replace(payload, aggregate_id, id) from events,"
                        + " (select gen_random_uuid()::text as id from generate_series(1, :copies)) ids"
                        + " where aggregate_id = :tag and sequence = 0")
                .param("copies", copies)
                .param("tag", tag.toString())
                .update();
        last = log.highest();
    }

    /** In the store, under a name that nobody knows. */
    public void appendUnheardOf(DomainEvent event) {
        append("tag", Mode.LIVE, event, "tag.unheard_of");
    }

    private void append(String concept, Mode mode, DomainEvent event, String type) {
        long sequence = sequences.merge(event.aggregateId(), 0L, (known, zero) -> known + 1);
        Metadata metadata = new Metadata("system:test", "r", "c", "c", mode);
        lastId = UUID.randomUUID().toString();
        last = store.append(lastId, concept, sequence, type, metadata, event);
    }

    private void produce(String concept, Mode mode, DomainEvent event) {
        CloudEvent cloudEvent = CloudEventBuilder.v1()
                .withId(lastId)
                .withSource(URI.create("/tillstream/test"))
                .withType(json.typeOf(event.getClass()).name())
                .withSubject(event.aggregateId().toString())
                .withTime(event.at().atOffset(ZoneOffset.UTC))
                .withDataContentType("application/json")
                .withDataSchema(URI.create("/schemas/tag.created/1"))
                .withExtension("aggregatetype", concept)
                .withExtension("sequence", Long.toString(sequences.getOrDefault(event.aggregateId(), 0L)))
                .withExtension("position", Long.toString(last))
                .withExtension("previousposition", Long.toString(published == last ? last : last - 1))
                .withExtension("actor", "system:test")
                .withExtension("requestid", "r")
                .withExtension("correlationid", "c")
                .withExtension("causationid", "c")
                .withExtension("mode", mode.wire())
                .withData(json.write(event).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .build();
        published = last;
        try {
            producer.send(KafkaMessageFactory.<String>createWriter(
                                    topic, event.aggregateId().toString())
                            .writeBinary(cloudEvent))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        producer.close();
        store.close();
    }
}
