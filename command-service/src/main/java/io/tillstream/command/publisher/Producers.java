package io.tillstream.command.publisher;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Producers that keep the order and lose nothing that they don't report. */
final class Producers {
    static final Duration NEVER = Duration.ofMillis(Integer.MAX_VALUE);

    private Producers() {}

    /**
     * Makes one.
     *
     * @param givesUpAfter when a record that the broker doesn't acknowledge has failed
     */
    static KafkaProducer<String, byte[]> to(String bootstrap, Duration givesUpAfter) {
        return new KafkaProducer<>(
                Map.ofEntries(
                        Map.entry("bootstrap.servers", bootstrap),
                        Map.entry("enable.idempotence", "true"),
                        Map.entry("acks", "all"),
                        Map.entry("retries", Integer.toString(Integer.MAX_VALUE)),
                        Map.entry("delivery.timeout.ms", Long.toString(givesUpAfter.toMillis())),
                        Map.entry("request.timeout.ms", "10000"),
                        Map.entry("max.block.ms", "10000"),
                        Map.entry("linger.ms", "0"),
                        Map.entry("reconnect.backoff.max.ms", "500"),
                        Map.entry("max.request.size", Integer.toString(Topic.MAX_RECORD_BYTES)),
                        Map.entry("buffer.memory", Integer.toString(4 * Topic.MAX_RECORD_BYTES)),
                        Map.entry("compression.type", "lz4")),
                new StringSerializer(),
                new ByteArraySerializer());
    }
}
