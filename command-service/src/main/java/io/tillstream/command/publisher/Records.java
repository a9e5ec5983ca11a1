package io.tillstream.command.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.events.envelope.CloudEvent;
import io.tillstream.events.envelope.EventJson;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/** Writes an event as a Kafka record: CloudEvents 1.0, binary mode. contract: audit.md. */
final class Records {
    private final String topic;

    Records(String topic) {
        this.topic = topic;
    }

    /**
     * The record of one event.
     *
     * @param previousPosition that of the event before it in the store, 0 for the first
     */
    ProducerRecord<String, byte[]> record(CloudEvent event, long previousPosition) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(
                topic,
                0,
                Instant.parse(event.time()).toEpochMilli(),
                event.subject(),
                EventJson.STORED.writeValueAsBytes(event.data()));
        Headers headers = record.headers();
        headers.add("content-type", event.datacontenttype().getBytes(UTF_8));
        event.attributes().forEach((name, value) -> headers.add("ce_" + name, value.getBytes(UTF_8)));
        headers.add("ce_previousposition", Long.toString(previousPosition).getBytes(UTF_8));
        return record;
    }
}
