package io.tillstream.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.tillstream.embedded.Ports;
import io.tillstream.standalone.Client.Answered;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** One request from HTTP to the read model as a collector sees it, and a shop whose collector isn't there. */
class TracesTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String KEY = "sf_live_" + "7ace7ace7ace7ace".repeat(4);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String UNRECORDED = "1af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    private final int port = Ports.free();
    private final Client client = new Client("http://127.0.0.1:" + port, KEY);
    private final ConcurrentLinkedQueue<Span> spans = new ConcurrentLinkedQueue<>();
    private final HttpServer collector = collector();

    @AfterEach
    void stop() {
        collector.stop(0);
    }

    @Test
    @Timeout(300)
    void followARequestThroughKafkaIntoTheProjection() throws Exception {
        int collectorPort = collector.getAddress().getPort();
        try (RunningProcess shop = up(Map.of("TILLSTREAM_OTLP_ENDPOINT", "http://127.0.0.1:" + collectorPort))) {
            shop.awaitSaying("Ctrl-C stops it");
            // what it takes from the store until then has no span
            await().atMost(LONG)
                    .until(() -> client.get("/actuator/health")
                            .body()
                            .at("/components/broker/status")
                            .asString()
                            .equals("UP"));
            assertThat(make("traced", "traceparent", "00-" + TRACE + "-" + CALLER + "-01"))
                    .isEqualTo(201);
            await().atMost(LONG).until(() -> chain().size() == 5);

            Span request = span("POST /api/v1/products");
            Span command = span("CreateProduct");
            assertThat(request.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
            assertThat(hex(request.getParentSpanId().toByteArray())).isEqualTo(CALLER);
            assertThat(attribute(request, "http.response.status_code")).contains("201");
            assertThatIsChild(command, request);
            assertThatIsChild(span("append"), command);
            Span published = span("product.created publish");
            assertThatIsChild(published, command);
            assertThat(published.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_PRODUCER);
            Span projected = span("product.created project");
            assertThatIsChild(projected, published);
            assertThat(projected.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CONSUMER);
            assertThat(traceparents(shopsKafka()))
                    .filteredOn(text -> text.contains(TRACE))
                    .containsExactly(
                            "00-" + TRACE + "-" + hex(published.getSpanId().toByteArray()) + "-01");

            // who isn't recorded leaves nothing, neither at the collector nor in history
            assertThat(make("untraced", "traceparent", "00-" + UNRECORDED + "-" + CALLER + "-00"))
                    .isEqualTo(201);
            assertThat(make("last", "traceparent", "no trace at all")).isEqualTo(201);
            await().atMost(LONG)
                    .until(() -> spans.stream()
                                    .filter(span -> span.getName().equals("product.created project"))
                                    .count()
                            == 2);
            assertThat(traceparents(shopsKafka())).noneMatch(text -> text.contains(UNRECORDED));
            assertThat(spans)
                    .noneMatch(span -> hex(span.getTraceId().toByteArray()).equals(UNRECORDED));

            // a collector that goes away takes nothing with it but spans
            collector.stop(0);
            for (int i = 0; i < 50; i++) assertThat(make("unseen-" + i)).isEqualTo(201);
            shop.awaitSaying("takes no traces; until it does they are dropped");
            assertThat(shop.stop()).isZero();
            assertThat(shop.said()).doesNotContain("\tat ").doesNotContain("Failed to export");
        }
    }

    private int make(String slug, String... headers) throws Exception {
        Answered made = client.post(
                "/api/v1/products", "{\"name\": \"Traced\", \"slug\": \"" + slug + "\", \"price\": 100}", headers);
        return made.status();
    }

    /** The spans of the traced request by name. */
    private Map<String, Span> chain() {
        Map<String, Span> chain = new HashMap<>();
        for (Span span : spans) if (hex(span.getTraceId().toByteArray()).equals(TRACE)) chain.put(span.getName(), span);
        return chain;
    }

    private Span span(String name) {
        return requireNonNull(chain().get(name), name);
    }

    private static void assertThatIsChild(Span child, Span parent) {
        assertThat(child.getParentSpanId()).as(child.getName()).isEqualTo(parent.getSpanId());
        assertThat(child.getEndTimeUnixNano()).isGreaterThanOrEqualTo(child.getStartTimeUnixNano());
    }

    private static String attribute(Span span, String name) {
        return span.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals(name))
                .map(attribute -> attribute.getValue().toString())
                .findFirst()
                .orElse("");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** The header of every record that has it. */
    private static List<String> traceparents(String bootstrap) {
        TopicPartition partition = new TopicPartition(Backends.TOPIC, 0);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrap),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
            while (consumer.position(partition) < end)
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
        }
        return records.stream()
                .filter(record -> record.headers().lastHeader("traceparent") != null)
                .map(record -> {
                    Header header = record.headers().lastHeader("traceparent");
                    return new String(header.value(), UTF_8);
                })
                .toList();
    }

    private String shopsKafka() throws Exception {
        Properties ports = new Properties();
        try (var file = Files.newBufferedReader(folder.resolve("data/ports"))) {
            ports.load(file);
        }
        return "127.0.0.1:" + ports.getProperty("kafka");
    }

    /** An OTLP/HTTP receiver. */
    private HttpServer collector() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/v1/traces", exchange -> {
                boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
                try (exchange;
                        InputStream body =
                                zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
                    ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
                            .flatMap(resource -> resource.getScopeSpansList().stream())
                            .forEach(scope -> spans.addAll(scope.getSpansList()));
                    exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                    exchange.sendResponseHeaders(200, -1);
                }
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RunningProcess up(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("TILLSTREAM_API_KEY", KEY);
        return RunningProcess.start(
                folder.resolve("log"),
                Tillstream.class,
                all,
                "up",
                "--port",
                Integer.toString(port),
                "--data",
                folder.resolve("data").toString());
    }
}
