package io.tillstream.command.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.tillstream.events.Concept;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Metadata;
import java.net.URI;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes an event as a Kafka record: CloudEvents 1.0, binary mode. contract: audit.md. */
final class Records {
    private final EventJson json;
    private final String topic;
    private final URI source;

    Records(EventJson json, String topic, String shop) {
        this.json = json;
        this.topic = topic;
        this.source = URI.create("/tillstream/" + shop);
    }

    /**
     * The record of one event.
     *
     * @param previousPosition that of the event before it in the store, 0 for the first
     */
    ProducerRecord<String, byte[]> record(Envelope envelope, long previousPosition) {
        Concept.EventType type = json.typeOf(envelope.event().getClass());
        Metadata metadata = envelope.metadata();
        CloudEvent event = CloudEventBuilder.v1()
                .withId(envelope.id())
                .withSource(source)
                .withType(type.name())
                .withSubject(envelope.aggregateId().toString())
                .withTime(OffsetDateTime.ofInstant(envelope.time(), ZoneOffset.UTC))
                .withDataContentType("application/json")
                .withDataSchema(URI.create("/schemas/" + type.name() + "/" + type.revision()))
                .withExtension("aggregatetype", envelope.aggregateType())
                .withExtension("sequence", Long.toString(envelope.sequence()))
                .withExtension("position", Long.toString(envelope.position()))
                .withExtension("previousposition", Long.toString(previousPosition))
                .withExtension("actor", metadata.actor())
                .withExtension("requestid", metadata.requestId())
                .withExtension("correlationid", metadata.correlationId())
                .withExtension("causationid", metadata.causationId())
                .withExtension("mode", metadata.mode().wire())
                .withData(EventJson.STORED.writeValueAsBytes(envelope.event()))
                .build();
        ProducerRecord<String, byte[]> record = KafkaMessageFactory.<String>createWriter(
                        topic,
                        0,
                        envelope.time().toEpochMilli(),
                        envelope.aggregateId().toString())
                .writeBinary(event);
        // the library drops trailing zeros; the contract has milliseconds, always
        record.headers()
                .remove("ce_time")
                .add("ce_time", EventJson.TIMESTAMP.format(envelope.time()).getBytes(UTF_8));
        return record;
    }
}
