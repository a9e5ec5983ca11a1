package io.tillstream.command.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.tillstream.command.CommandServices;
import io.tillstream.command.product.Products;
import io.tillstream.embedded.KafkaServer;
import io.tillstream.embedded.Servers;
import io.tillstream.store.EventLog;
import io.tillstream.store.Tail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;

/** The topic holds every event in order, whatever happened to broker and publisher. */
class PublisherTest {
    private KafkaServer broker;
    private String postgres;
    private String topic;

    @BeforeEach
    void start() {
        broker = KafkaServer.start(Servers.temporary().newFolder(), 0);
        postgres = Servers.temporary().postgres().newDatabase();
        topic = "events-" + UUID.randomUUID();
    }

    @AfterEach
    void stop() {
        broker.kill();
    }

    @Test
    @Timeout(120)
    void writesTheEnvelopeOfTheContract() throws Exception {
        try (ConfigurableApplicationContext service = service()) {
            UUID product = new Products(service).create("enveloped");
            ConsumerRecord<String, String> record = published(1).getFirst();
            assertThat(record.key()).isEqualTo(product.toString());
            Map<String, String> attributes = new LinkedHashMap<>();
            record.headers().forEach(header -> attributes.put(header.key(), new String(header.value(), UTF_8)));
            assertThat(attributes)
                    .containsEntry("ce_specversion", "1.0")
                    .containsEntry("ce_type", "product.created")
                    .containsEntry("ce_source", "/tillstream/shop")
                    .containsEntry("ce_subject", product.toString())
                    .containsEntry("ce_aggregatetype", "product")
                    .containsEntry("ce_sequence", "0")
                    .containsEntry("ce_position", "1")
                    .containsEntry("ce_previousposition", "0")
                    .containsEntry("ce_mode", "live")
                    .containsEntry("ce_dataschema", "/schemas/product.created/1")
                    .containsEntry("content-type", "application/json")
                    .containsKeys("ce_id", "ce_time", "ce_actor", "ce_requestid", "ce_correlationid", "ce_causationid");
            assertThat(attributes.get("ce_time")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            assertThat(record.value()).contains("\"price\":{\"price\":2900", "\"slug\":\"enveloped\"");
            // and a library that knows the specification reads it
            CloudEvent event = KafkaMessageFactory.createReader(
                            record.headers(), record.value().getBytes(UTF_8))
                    .toEvent();
            assertThat(event.getType()).isEqualTo("product.created");
            assertThat(event.getDataContentType()).isEqualTo("application/json");
            assertThat(event.getExtension("position")).isEqualTo("1");
        }
    }

    @Test
    @Timeout(180)
    void losesNothingToABrokerThatIsKilledUnderLoad() throws Exception {
        try (ConfigurableApplicationContext service = service();
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Products products = new Products(service);
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                int number = writer;
                writers.add(pool.submit(() -> {
                    for (int i = 0; i < 100; i++) products.create("load-" + number + "-" + i);
                }));
            }
            published(50);
            broker.kill();
            for (Future<?> writer : writers) writer.get(); // commands go on without a broker
            broker.start();
            assertWholeHistoryInOrder(service, 400);
        }
    }

    @Test
    @Timeout(180)
    void oneOfTwoInstancesPublishesAndTheOtherTakesOver() throws Exception {
        ConfigurableApplicationContext first = service();
        ConfigurableApplicationContext second = service();
        try {
            Products products = new Products(second);
            for (int i = 0; i < 20; i++) products.create("two-" + i);
            published(20);
            assertThat(List.of(publishing(first), publishing(second))).containsExactlyInAnyOrder(true, false);
            (publishing(first) ? first : second).close();
            ConfigurableApplicationContext left = first.isActive() ? first : second;
            Products more = new Products(left);
            for (int i = 0; i < 20; i++) more.create("left-" + i);
            assertWholeHistoryInOrder(left, 40);
        } finally {
            first.close();
            second.close();
        }
    }

    @Test
    @Timeout(180)
    void publishesAgainWhatABrokerLost() throws Exception {
        try (ConfigurableApplicationContext service = service()) {
            Products products = new Products(service);
            for (int i = 0; i < 10; i++) products.create("before-" + i);
            published(10);
        }
        broker.kill();
        broker = KafkaServer.start(Servers.temporary().newFolder(), 0); // an empty one
        try (ConfigurableApplicationContext service = service()) {
            new Products(service).create("after");
            assertWholeHistoryInOrder(service, 11);
        }
    }

    private void assertWholeHistoryInOrder(ConfigurableApplicationContext service, int events) {
        List<Long> stored = new ArrayList<>();
        Tail tail = service.getBean(EventLog.class).tailFrom(0);
        while (stored.size() < events) tail.next(100).forEach(event -> stored.add(event.position()));
        List<Long> seen = new ArrayList<>();
        long last = 0;
        for (ConsumerRecord<String, String> record : published(events)) {
            long position = number(record, "ce_position");
            if (position <= last) continue; // a repeated run
            assertThat(number(record, "ce_previousposition")).isEqualTo(last);
            seen.add(position);
            last = position;
        }
        assertThat(seen).isEqualTo(stored);
    }

    /** Reads the topic from its start until it has had that many different events. */
    private List<ConsumerRecord<String, String>> published(int events) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(partition));
            long last = 0;
            int different = 0;
            while (different < events) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    records.add(record);
                    if (number(record, "ce_position") > last) {
                        last = number(record, "ce_position");
                        different++;
                    }
                }
            }
        }
        return records;
    }

    private static long number(ConsumerRecord<String, String> record, String header) {
        return Long.parseLong(
                new String(requireNonNull(record.headers().lastHeader(header)).value(), UTF_8));
    }

    private static boolean publishing(ConfigurableApplicationContext service) {
        return service.isActive() && service.getBean(Publisher.class).publishing();
    }

    private ConfigurableApplicationContext service() {
        return CommandServices.startEmpty(postgres, broker.bootstrap(), topic);
    }
}
