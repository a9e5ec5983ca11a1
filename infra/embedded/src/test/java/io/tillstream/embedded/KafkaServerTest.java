package io.tillstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;

class KafkaServerTest {
    @Test
    void keepsWhatItAcknowledgedOverAStopAndAKill() throws Exception {
        try (KafkaServer server = KafkaServer.start(Servers.temporary().newFolder(), 0)) {
            server.createTopic("kept");
            produce(server, 1, 10);
            server.stop();
            server.start();
            server.createTopic("kept");
            produce(server, 11, 10);
            server.kill();
            server.start();
            assertThat(consume(server, 20)).isEqualTo(20);
        }
    }

    @Test
    void takesRecordsOfSevenMegabytes() throws Exception {
        try (KafkaServer server = KafkaServer.start(Servers.temporary().newFolder(), 0)) {
            server.createTopic("kept");
            produce(server, 7 * 1024 * 1024, 1);
            assertThat(consume(server, 1)).isEqualTo(1);
        }
    }

    @Test
    void diesAloneWhereKafkaWouldEndTheWholeProcess() throws Exception {
        try (KafkaServer server = KafkaServer.start(Servers.temporary().newFolder(), 0)) {
            server.createTopic("kept");
            assertThatThrownBy(() -> Exit.halt(1, "log folder failed")).isInstanceOf(IllegalStateException.class);
            assertThat(server.running()).isFalse();
            server.start();
            assertThat(server.running()).isTrue();
            produce(server, 1, 1);
            assertThat(consume(server, 1)).isEqualTo(1);
        }
    }

    private static void produce(KafkaServer server, int size, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", server.bootstrap(), "acks", "all", "max.request.size", 8 * 1024 * 1024),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>("kept", new byte[size])).get(30, TimeUnit.SECONDS);
            }
        }
    }

    private static int consume(KafkaServer server, int atLeast) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", server.bootstrap(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = List.of(new TopicPartition("kept", 0));
            consumer.assign(partitions);
            List<byte[]> seen = new ArrayList<>();
            for (int polls = 0; seen.size() < atLeast && polls < 60; polls++) {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> seen.add(record.value()));
            }
            return seen.size();
        }
    }
}
