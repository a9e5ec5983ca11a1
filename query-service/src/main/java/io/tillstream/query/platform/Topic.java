package io.tillstream.query.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventRWException;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Metadata;
import io.tillstream.events.envelope.Unreadable;
import io.tillstream.http.trace.Traces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** The events as the topic has them: one partition, read from a chosen offset on. Not thread-safe. */
final class Topic implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Topic.class);
    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final Pattern REVISION = Pattern.compile("(\\d+)(?:\\.json)?$");

    /**
     * An event from the topic.
     *
     * @param previousPosition of the event before it in the store, whether or not the topic still has that
     * @param traceparent where its trace goes on, null when nobody records it
     */
    record Arrived(
            Envelope envelope,
            long previousPosition,
            @Nullable String traceparent) {}

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final EventJson json;

    Topic(String bootstrap, String topic, EventJson json) {
        this.json = json;
        this.partition = new TopicPartition(topic, 0);
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        // A reset would skip events: the follower starts over from its checkpoint instead.
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
                        1,
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        250,
                        ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                        500,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        5_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(Set.of(partition));
    }

    /** The offset of the next record to come. Fails when there is no broker or no topic. */
    long end() {
        return Objects.requireNonNull(
                consumer.endOffsets(Set.of(partition), ANSWER).get(partition), "a topic has an end");
    }

    void goTo(long offset) {
        consumer.seek(partition, offset);
    }

    /** What has arrived, in the topic's order; waits so long for the first. */
    List<Arrived> next(Duration atMost) {
        List<Arrived> arrived = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(atMost)) {
            try {
                arrived.add(read(message));
            } catch (RuntimeException e) {
                // If it was an event after all, the next one's previous position tells, and the store has it.
                log.warn("The record at offset {} is no event of ours", message.offset(), e);
            }
        }
        return arrived;
    }

    /** How many records are still to come, as far as the consumer knows. */
    OptionalLong behind() {
        return consumer.currentLag(partition);
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    }

    private Arrived read(ConsumerRecord<byte[], byte[]> message) {
        CloudEvent event = KafkaMessageFactory.createReader(message).toEvent();
        UUID aggregate = UUID.fromString(Objects.requireNonNull(event.getSubject(), "subject"));
        Instant time = Objects.requireNonNull(event.getTime(), "time").toInstant();
        int revision = revision(event);
        return new Arrived(
                new Envelope(
                        event.getId(),
                        number(event, "position"),
                        text(event, "aggregatetype"),
                        aggregate,
                        number(event, "sequence"),
                        event.getType(),
                        revision,
                        time,
                        new Metadata(
                                text(event, "actor"),
                                text(event, "requestid"),
                                text(event, "correlationid"),
                                text(event, "causationid"),
                                Mode.of(text(event, "mode"))),
                        payload(event, revision, aggregate, time)),
                number(event, "previousposition"),
                traceparent(message));
    }

    private static @Nullable String traceparent(ConsumerRecord<byte[], byte[]> message) {
        Header header = message.headers().lastHeader(Traces.TRACEPARENT);
        return header == null ? null : new String(header.value(), UTF_8);
    }

    private DomainEvent payload(CloudEvent event, int revision, UUID aggregate, Instant time) {
        try {
            byte[] data = Objects.requireNonNull(event.getData(), "data").toBytes();
            return json.read(event.getType(), revision, (ObjectNode) EventJson.STORED.readTree(data));
        } catch (RuntimeException e) {
            return new Unreadable(aggregate, time, String.valueOf(e));
        }
    }

    private static int revision(CloudEvent event) {
        Matcher matcher = REVISION.matcher(String.valueOf(event.getDataSchema()));
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 1;
    }

    private static long number(CloudEvent event, String attribute) {
        return Long.parseLong(text(event, attribute));
    }

    private static String text(CloudEvent event, String attribute) {
        Object value = event.getExtension(attribute);
        if (value == null) throw CloudEventRWException.newOther("There is no attribute " + attribute);
        return value.toString();
    }
}
