package io.tillstream.standalone;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Shows what arrives on the topic, with a plain Kafka consumer: CloudEvents in binary mode have their attributes as headers. */
final class TopicReader implements AutoCloseable {
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;

    TopicReader(String bootstrap, String topic) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        partition = new TopicPartition(topic, 0);
    }

    void fromNow() {
        consumer.assign(List.of(partition));
        consumer.seekToEnd(List.of(partition));
        consumer.position(partition);
    }

    /** Until nothing has come for a while. */
    void show(Console console, int lines) {
        console.say("\nWhat arrived on the topic " + partition.topic());
        Map<String, Integer> counts = new TreeMap<>();
        int seen = 0;
        while (true) {
            var records = consumer.poll(SETTLED);
            if (records.isEmpty()) break;
            for (ConsumerRecord<byte[], byte[]> event : records) {
                String type = header(event, "ce_type");
                counts.merge(type, 1, Integer::sum);
                if (seen++ < lines) {
                    console.say(String.format(
                            Locale.ROOT,
                            "  %6s  %s  %s",
                            header(event, "ce_position"),
                            header(event, "ce_time"),
                            type));
                }
            }
        }
        if (seen > lines) console.say("  ... and " + (seen - lines) + " more");
        counts.forEach((type, count) -> console.say(String.format(Locale.ROOT, "  %6d x %s", count, type)));
        if (seen == 0) console.say("  nothing new: all of it had been there");
    }

    private static String header(ConsumerRecord<byte[], byte[]> event, String name) {
        Header header = event.headers().lastHeader(name);
        return header == null ? "-" : new String(header.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
