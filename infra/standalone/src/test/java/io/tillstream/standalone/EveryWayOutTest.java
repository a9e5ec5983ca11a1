package io.tillstream.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.embedded.Ports;
import io.tillstream.events.envelope.EventJson;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The feed by pages, the stream with cuts, the export and the topics: the same events in the same order, each once. */
class EveryWayOutTest {
    private static final int WRITERS = 16;
    private static final int WRITES = 25;
    private static final int LARGE = 20;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    private final HttpClient http = HttpClient.newHttpClient();
    private String events = "";
    private String key = "";
    private int runs;

    @Test
    @Timeout(300)
    void showsTheSameWhileSixteenWritersWriteAndSomeRollBackLate() throws Exception {
        Path data = folder.resolve("data");
        int port = Ports.free();
        try (RunningProcess shop = cli(data, "up", "--port", Integer.toString(port))) {
            shop.awaitSaying("Ctrl-C stops it");
            events = "http://127.0.0.1:" + port + "/api/v1/events";
            key = Files.readString(data.resolve("api-key")).strip();
            CountDownLatch written = new CountDownLatch(WRITERS);
            List<JsonNode> paged;
            List<JsonNode> streamed;
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<List<JsonNode>> pages = pool.submit(() -> follow(written));
                Future<List<JsonNode>> stream = pool.submit(() -> stream(written));
                List<Future<?>> writers = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    String name = "writer-" + writer;
                    boolean rollsBack = writer % 4 == 0;
                    boolean large = writer == 1;
                    writers.add(pool.submit(() -> {
                        try {
                            if (rollsBack) rollBackLate(data);
                            else if (large) writeLarge(data);
                            else write(port, name);
                        } finally {
                            written.countDown();
                        }
                        return null;
                    }));
                }
                for (Future<?> writer : writers) writer.get();
                paged = pages.get();
                streamed = stream.get();
            }
            assertThat(paged).hasSizeGreaterThanOrEqualTo(11 * WRITES + LARGE);
            assertThat(streamed).isEqualTo(paged);

            Path file = folder.resolve("events.ndjson");
            RunningProcess export = finished(data, "export", "--mode", "live", "--out", file.toString());
            assertThat(export.awaitEnd()).as(export.said()).isZero();
            assertThat(lines(file)).isEqualTo(paged);
            assertThat(folder.resolve("events.ndjson.part")).doesNotExist();
            filters(data, paged);
            topics(data, paged);
        }
    }

    private void filters(Path data, List<JsonNode> all) throws Exception {
        Path file = folder.resolve("some.ndjson");
        String after = all.get(5).path("position").asString();
        RunningProcess export =
                finished(data, "export", "--type", "tag.*,api_key.created", "--after", after, "--out", file.toString());
        assertThat(export.awaitEnd()).as(export.said()).isZero();
        assertThat(lines(file))
                .isEqualTo(all.stream()
                        .filter(event -> event.path("type").asString().matches("tag\\..*|api_key\\.created"))
                        .filter(event -> position(event) > Long.parseLong(after))
                        .toList());
        RunningProcess nowhere =
                finished(data, "export", "--out", folder.resolve("no/folder").toString());
        assertThat(nowhere.awaitEnd()).isEqualTo(1);
        assertThat(nowhere.said().strip().lines()).hasSize(1).first().asString().contains("Cannot write");
    }

    private void topics(Path data, List<JsonNode> all) throws Exception {
        RunningShop shop = RunningShop.on(data);
        List<ConsumerRecord<byte[], byte[]>> published = records(shop.kafka(), Backends.TOPIC, all.size());
        RunningProcess first = finished(data, "publish", "--topic", "mine");
        assertThat(first.awaitEnd()).as(first.said()).isZero();
        assertThat(first.said()).contains("Published " + published.size() + " events");
        assertThat(records(shop.kafka(), "mine", published.size()))
                .usingElementComparator((a, b) -> same(a, b) ? 0 : 1)
                .isEqualTo(published);

        String from = header(published.get(7), "ce_position");
        String to = header(published.get(11), "ce_position");
        RunningProcess some =
                finished(data, "publish", "--topic", "some", "--from-position", from, "--to-position", to);
        assertThat(some.awaitEnd()).as(some.said()).isZero();
        assertThat(records(shop.kafka(), "some", 5))
                .usingElementComparator((a, b) -> same(a, b) ? 0 : 1)
                .isEqualTo(published.subList(7, 12));

        RunningProcess own = finished(data, "publish", "--topic", Backends.TOPIC);
        assertThat(own.awaitEnd()).isEqualTo(1);
        assertThat(own.said()).contains("written by the shop alone");
    }

    private static boolean same(ConsumerRecord<byte[], byte[]> a, ConsumerRecord<byte[], byte[]> b) {
        return new String(a.key(), UTF_8).equals(new String(b.key(), UTF_8))
                && new String(a.value(), UTF_8).equals(new String(b.value(), UTF_8))
                && a.timestamp() == b.timestamp()
                && a.headers().equals(b.headers());
    }

    // --- writers

    private void write(int port, String name) throws Exception {
        try (ApiClient shop = new ApiClient("http://localhost:" + port, key)) {
            for (int i = 0; i < WRITES; i++) {
                String slug = name + "-" + i;
                ApiClient.Answer made = shop.post("/tags", Map.of("name", slug, "slug", slug));
                assertThat(made.done()).as(made.body().toString()).isTrue();
            }
        }
    }

    private static Connection connection(Path data) throws Exception {
        Properties ports = new Properties();
        try (var file = Files.newBufferedReader(data.resolve("ports"))) {
            ports.load(file);
        }
        Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + ports.getProperty("postgres") + "/tillstream",
                "tillstream",
                Files.readString(data.resolve("postgres/password")).strip());
        connection.setAutoCommit(false);
        return connection;
    }

    /** More in a row than anybody reads at a time, and larger than the API takes. */
    private static void writeLarge(Path data) throws Exception {
        try (Connection connection = connection(data);
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_current_xact_id()");
            statement.execute(
                    "insert into events (event_id, aggregate_type, aggregate_id, sequence, type, revision, time,"
                            + " metadata, payload) select gen_random_uuid(), 'tag', id, 0, 'tag.created', '1',"
                            + " '2026-03-01T12:00:00.000Z', json_build_object('actor', 'system:test', 'request_id', 'r',"
                            + " 'correlation_id', 'r', 'causation_id', 'r', 'mode', 'live'), json_build_object('tag_id', id, 'at',"
                            + " '2026-03-01T12:00:00.000Z', 'name', repeat('x', 900000), 'slug', id) from (select"
                            + " gen_random_uuid()::text as id from generate_series(1, " + LARGE + ")) ids");
            connection.commit();
        }
    }

    private static void rollBackLate(Path data) throws Exception {
        try (Connection connection = connection(data)) {
            for (int i = 0; i < WRITES; i++) {
                try (Statement statement = connection.createStatement();
                        PreparedStatement insert = connection.prepareStatement(
                                "insert into events (event_id, aggregate_type, aggregate_id, sequence, type, revision,"
                                        + " time, metadata, payload) values (?, 'tag', ?, 0, 'tag.deleted', '1', '2026',"
                                        + " '{\"mode\":\"live\"}', '{}')")) {
                    statement.execute("select pg_current_xact_id()");
                    insert.setString(1, UUID.randomUUID().toString());
                    insert.setString(2, UUID.randomUUID().toString());
                    insert.execute();
                    statement.execute("select pg_sleep(0.03)");
                }
                connection.rollback();
            }
        }
    }

    // --- readers

    /** Page by page, until the writers are done and nothing has been left. */
    private List<JsonNode> follow(CountDownLatch written) throws Exception {
        List<JsonNode> seen = new ArrayList<>();
        int nothing = 0;
        while (true) {
            boolean done = written.getCount() == 0;
            List<JsonNode> found = page(17, seen.isEmpty() ? 0 : position(seen.getLast()));
            seen.addAll(found);
            nothing = done && found.isEmpty() ? nothing + 1 : 0;
            if (nothing == 4) return seen;
        }
    }

    private List<JsonNode> page(int limit, long after) throws Exception {
        HttpResponse<String> page =
                http.send(request("?limit=" + limit + "&after=" + after).build(), BodyHandlers.ofString());
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        return EventJson.STORED.readTree(page.body()).path("data").valueStream().toList();
    }

    /** Cut after a few messages, again and again. */
    private List<JsonNode> stream(CountDownLatch written) throws Exception {
        Random random = new Random(7);
        List<JsonNode> seen = new ArrayList<>();
        int nothing = 0;
        while (true) {
            boolean done = written.getCount() == 0;
            long had = seen.isEmpty() ? 0 : position(seen.getLast());
            int before = seen.size();
            HttpResponse<InputStream> response = http.send(
                    request("?after=0")
                            .header("Accept", "text/event-stream")
                            .header("Last-Event-ID", Long.toString(had))
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            int most = 1 + random.nextInt(40);
            Thread cut = Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(200 + random.nextInt(400));
                    response.body().close();
                } catch (Exception e) {
                    // it was over before
                }
            });
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("data: ")) seen.add(EventJson.STORED.readTree(line.substring(6)));
                    if (seen.size() - before >= most) break;
                }
            } catch (java.io.IOException e) {
                // cut in the middle: only what came whole counts
            }
            cut.interrupt();
            // a cut may also come before anything did
            boolean over = done && seen.size() == before && page(1, had).isEmpty();
            nothing = over ? nothing + 1 : 0;
            if (nothing == 4) return seen;
        }
    }

    private HttpRequest.Builder request(String query) {
        return HttpRequest.newBuilder(URI.create(events + query)).header("X-API-Key", key);
    }

    private static List<JsonNode> lines(Path file) throws Exception {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.<JsonNode>map(EventJson.STORED::readTree).toList();
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(String bootstrap, String topic, int atLeast) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrap),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (true) {
                long end =
                        requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
                if (records.size() >= atLeast && consumer.position(partition) >= end) return records;
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static long position(JsonNode event) {
        return Long.parseLong(event.path("position").asString());
    }

    private RunningProcess cli(Path data, String... arguments) throws Exception {
        return RunningProcess.of(
                folder.resolve("said-" + runs++),
                Stream.concat(Stream.of(arguments), Stream.of("--data", data.toString()))
                        .toArray(String[]::new));
    }

    private RunningProcess finished(Path data, String... arguments) throws Exception {
        RunningProcess process = cli(data, arguments);
        process.awaitEnd();
        return process;
    }
}
