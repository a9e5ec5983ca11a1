package io.tillstream.command.publisher;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The topic itself: made when missing, and asked where it ends. */
final class Topic {
    static final int MAX_RECORD_BYTES = 8 * 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String bootstrap;
    private final String name;

    Topic(String bootstrap, String name) {
        this.bootstrap = bootstrap;
        this.name = name;
    }

    /** Makes the topic if it is missing; fails if it has more than the one partition that keeps it in order. */
    void ensure() throws InterruptedException, ExecutionException, TimeoutException {
        try (Admin admin = Admin.create(Map.of(
                "bootstrap.servers", bootstrap,
                "default.api.timeout.ms", "10000",
                "request.timeout.ms", "5000"))) {
            NewTopic topic = new NewTopic(name, Optional.of(1), Optional.empty())
                    .configs(Map.of(
                            "retention.ms", Long.toString(Duration.ofDays(7).toMillis()),
                            "max.message.bytes", Integer.toString(MAX_RECORD_BYTES)));
            try {
                admin.createTopics(List.of(topic)).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) throw e;
            }
            int partitions = requireNonNull(admin.describeTopics(List.of(name))
                            .allTopicNames()
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .get(name))
                    .partitions()
                    .size();
            if (partitions != 1)
                throw new IllegalStateException(
                        "Topic " + name + " has " + partitions + " partitions and must have one");
        }
    }

    /** The position of the topic's last record: 0 for a topic that never had one, empty when its records have expired. */
    OptionalLong lastPosition() {
        TopicPartition partition = new TopicPartition(name, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_uncommitted", "max.poll.records", "1"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            long end = requireNonNull(
                    consumer.endOffsets(List.of(partition), PATIENCE).get(partition));
            long begin = requireNonNull(
                    consumer.beginningOffsets(List.of(partition), PATIENCE).get(partition));
            if (end == 0) return OptionalLong.of(0);
            if (end == begin) return OptionalLong.empty();
            consumer.seek(partition, end - 1);
            for (ConsumerRecord<byte[], byte[]> last : consumer.poll(PATIENCE)) {
                Header position = last.headers().lastHeader("ce_position");
                if (position != null)
                    return OptionalLong.of(Long.parseLong(new String(position.value(), StandardCharsets.UTF_8)));
            }
            return OptionalLong.empty();
        }
    }
}
