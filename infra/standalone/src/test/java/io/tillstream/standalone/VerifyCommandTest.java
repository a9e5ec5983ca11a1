package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.Ports;
import io.tillstream.events.envelope.EventJson;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./tillstream verify} on a running shop: while it is written to, and after somebody was at its database. */
class VerifyCommandTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    private record Said(int status, String text) {}

    @Test
    @Timeout(600)
    void namesWhatWasDoneToTheHistory() throws Exception {
        Path data = folder.resolve("data");
        Path heads = folder.resolve("heads.ndjson");
        int port = Ports.free();
        try (RunningProcess shop = RunningProcess.start(
                        folder.resolve("up"),
                        Tillstream.class,
                        Map.of("TILLSTREAM_HEADS_FILE", heads.toString()),
                        "up",
                        "--port",
                        Integer.toString(port),
                        "--data",
                        data.toString());
                ApiClient client = client(shop, data, port);
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean writing = new AtomicBoolean(true);
            var writer = pool.submit(() -> {
                for (int i = 0; writing.get() || i < 30; i++)
                    client.post("/tags", Map.of("name", "Tag " + i, "slug", "tag-" + i));
                return null;
            });
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(heads));
            for (int run = 0; run < 3; run++) {
                Said said = verify(data, "--heads", heads.toString());
                assertThat(said.status()).as(said.text()).isZero();
                assertThat(said.text())
                        .contains("All of it holds.")
                        .containsPattern("proof +\\d+ events, [\\d,]+/s: holds")
                        .containsPattern("derived rows +\\d+ events, [\\d,]+/s: holds")
                        .containsPattern("read models +\\d+ events, [\\d,]+/s: holds");
            }
            writing.set(false);
            writer.get();

            // whose every event is under a head when its proof is answered, which may take another try
            try (Connection database = database(data);
                    Statement sql = database.createStatement()) {
                String last = text(sql, "select event_id from events order by position desc limit 1");
                long events = Long.parseLong(text(sql, "select count(*) from events"));
                await().atMost(Duration.ofSeconds(60)).until(() -> proven(port, data, last) == events);
                sql.execute(
                        "update events set payload = replace(payload, 'Tag 7', 'Tag 8') where payload like '%Tag 7\"%'");
                long changed = Long.parseLong(text(
                        sql, "select position from events where payload like '%Tag 8\"%' order by position limit 1"));
                long removed = Long.parseLong(
                        text(sql, "delete from events where payload like '%Tag 11\"%' returning position"));
                Said said = verify(data);
                assertThat(said.status()).isEqualTo(1);
                assertThat(said.text())
                        .contains("DIFFERENCE  Event at position " + changed + " was changed")
                        .contains("DIFFERENCE  Event at position " + removed + " was removed")
                        .containsPattern("DIFFERENCE  claims: [0-9a-f-]+ has a row and no events")
                        .containsPattern("DIFFERENCE  tag_v1: document [0-9a-f-]+ differs in name, search, state")
                        .containsPattern("DIFFERENCE  tag_v1: document [0-9a-f-]+ is there, though no event made it")
                        .contains("`./tillstream replay tag` cures that")
                        .contains("Differences: 6");
            }
            Said unknown = verify(data, "--from-head", "999999");
            assertThat(unknown.status()).isEqualTo(1);
            assertThat(unknown.text())
                    .contains("There is no head of 999999 events")
                    .contains("Usage: ./tillstream verify");
            assertThat(verify(data, "--heads", folder.resolve("none").toString())
                            .text())
                    .contains("There is no file");
            assertThat(verify(data, "--from-head", "x").text()).contains("Not the size of a head: x");
            assertThat(shop.stop()).isZero();
        }
        assertThat(verify(data).text()).contains("tillstream: ");
    }

    private static Said verify(Path data, String... options) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of("verify", "--data", data.toString()));
        all.addAll(List.of(options));
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status = Tillstream.run(all, Map.of(), print, print);
        return new Said(status, out.toString(StandardCharsets.UTF_8));
    }

    /** The size of the head that an event is proven under. */
    private static long proven(int port, Path data, String event) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://localhost:" + port + "/api/v1/events/" + event + "/proof"))
                    .header(
                            "X-API-Key",
                            Files.readString(data.resolve("api-key")).strip())
                    .build();
            String answer =
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return EventJson.STORED.readTree(answer).at("/data/head/size").longValue();
        }
    }

    private static Connection database(Path data) throws Exception {
        Properties ports = new Properties();
        try (var file = Files.newBufferedReader(data.resolve("ports"))) {
            ports.load(file);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + ports.getProperty("postgres") + "/tillstream",
                "tillstream",
                Files.readString(data.resolve("postgres/password")).strip());
    }

    private static String text(Statement sql, String query) throws Exception {
        try (var rs = sql.executeQuery(query)) {
            rs.next();
            return rs.getString(1);
        }
    }

    private static ApiClient client(RunningProcess shop, Path data, int port) throws Exception {
        shop.awaitSaying("Ctrl-C stops it");
        return new ApiClient(
                "http://localhost:" + port,
                Files.readString(data.resolve("api-key")).strip());
    }
}
