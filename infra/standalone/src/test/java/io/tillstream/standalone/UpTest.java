package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.Ports;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** One shop through its life, as its operator has it: in processes of its own. */
class UpTest {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final String READY = "Ctrl-C stops it";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    @Test
    void keepsAllDataWhateverEndsIt() throws Exception {
        Path data = folder.resolve("data");
        int port = Ports.free();
        String product;
        try (RunningProcess first = up("first", data, port)) {
            first.awaitSaying(READY);
            assertThat(first.said()).contains("password ", "API key      sf_live_", "psql 'postgresql://", "/docs");
            try (ApiClient shop = client(data, port)) {
                product = create(shop, "kept-over-a-kill");
            }
            assertThatOnlyTheOwnerReads(data);

            for (int wanted : List.of(port, Ports.free())) {
                RunningProcess second = up("second", data, wanted);
                assertThat(second.awaitEnd()).isEqualTo(1);
                assertThat(second.said())
                        .contains("The shop on " + data + " already runs at http://localhost:" + port + " (process ")
                        .hasLineCount(1);
            }

            assertThat(run("add", "admin", "add", "--email", "second@example.com", "--data", data.toString()))
                    .contains("Added second@example.com");
            assertThat(run("demo", "demo", "--data", data.toString())).contains("24 made", "product.created");
            assertThat(metrics(data, port))
                    .contains("tillstream_commands_seconds_count{command=\"CreateProduct\",outcome=\"done\"} 25")
                    .contains("tillstream_append_events_total", "tillstream_publisher_lag_events")
                    .contains("tillstream_projection_lag_events", "tillstream_projection_parked 0.0")
                    .contains("uri=\"/api/v1/products\"")
                    .contains(metricsOfTheDashboard());
            assertThat(run("demo-again", "demo", "--data", data.toString())).contains("nothing new");

            first.kill();
        }
        assertThat(servers(data)).hasSize(2);

        try (RunningProcess again = up("again", data, port)) {
            again.awaitSaying(READY);
            assertThat(again.said())
                    .contains("Ending the PostgreSQL that an earlier run left behind", "password unchanged");
            assertThat(servers(data)).hasSize(2);
            again.awaitReady(readiness(port));
            try (ApiClient shop = client(data, port)) {
                assertThat(shop.get("/products/" + product).done()).isTrue();

                servers(data).forEach(ProcessHandle::destroyForcibly);
                again.awaitSaying("PostgreSQL 17 has died; starting it again");
                again.awaitSaying("Redis 6.2 has died; starting it again");
                awaitCreating(shop, "after-the-servers-died");

                killKafka(data, again);
                awaitCreating(shop, "after-the-broker-died");
                await().atMost(LONG).until(() -> metrics(data, port).contains("\ntillstream_publisher_lag_events 0.0"));
            }
            assertThat(again.stop()).isZero();
            assertThat(again.said()).contains("Stopped. All data is in");
        }
        assertThat(servers(data)).isEmpty();
        assertThat(data.resolve("control")).doesNotExist();

        try (RunningProcess last = up("last", data, port)) {
            last.awaitSaying(READY);
            last.awaitReady(readiness(port));
            try (ApiClient shop = client(data, port)) {
                List<String> slugs = shop.all("/products").stream()
                        .map(item -> item.path("slug").asString(""))
                        .toList();
                assertThat(slugs)
                        .contains("kept-over-a-kill", "after-the-servers-died", "after-the-broker-died")
                        .hasSize(27);
            }
            assertThat(last.stop()).isZero();
        }
    }

    @Test
    void saysWhichSettingIsWrongAndLeavesNothingRunning() throws Exception {
        Path data = folder.resolve("wrong");
        RunningProcess retries = upWith("retries", data, "TILLSTREAM_WEBHOOK_RETRIES", "5s,banana");
        assertThat(retries.awaitEnd()).isEqualTo(1);
        assertThat(retries.said())
                .endsWith("\ntillstream: TILLSTREAM_WEBHOOK_RETRIES: 'banana' is not a valid duration\n")
                .doesNotContain("Exception encountered");
        assertThat(servers(data)).isEmpty();

        // stopped while it ends by itself
        RunningProcess stopped = upWith("stopped", data, "TILLSTREAM_WEBHOOK_AFTER_LOSS", "maybe");
        Path log = data.resolve("logs/tillstream.log");
        await().atMost(LONG).until(() -> Files.readString(log).contains("AfterLoss"));
        stopped.stop();
        assertThat(servers(data)).isEmpty();

        RunningProcess key = upWith("key", data, "TILLSTREAM_MASTER_KEY", "a key");
        assertThat(key.awaitEnd()).isEqualTo(1);
        assertThat(key.said())
                .endsWith("\ntillstream: Tillstream didn't start: TILLSTREAM_MASTER_KEY is not base64\n")
                .doesNotContain("Exception encountered");

        RunningProcess allow = upWith("allow", data, "TILLSTREAM_WEBHOOK_ALLOW", "10.0.0.0/x");
        assertThat(allow.awaitEnd()).isEqualTo(1);
        assertThat(allow.said())
                .contains("\ntillstream: ", "TILLSTREAM_WEBHOOK_ALLOW: 10.0.0.0/x is no address range")
                .doesNotContain("Exception encountered");
    }

    private RunningProcess upWith(String name, Path data, String variable, String value) throws Exception {
        return RunningProcess.start(
                folder.resolve(name),
                Tillstream.class,
                Map.of(variable, value),
                "up",
                "--data",
                data.toString(),
                "--port",
                Integer.toString(Ports.free()));
    }

    private RunningProcess up(String name, Path data, int port) throws Exception {
        return RunningProcess.of(
                folder.resolve(name), "up", "--data", data.toString(), "--port", Integer.toString(port));
    }

    private String run(String name, String... arguments) throws Exception {
        try (RunningProcess process = RunningProcess.of(folder.resolve(name), arguments)) {
            int status = process.awaitEnd();
            assertThat(status).as(process.said()).isZero();
            return process.said();
        }
    }

    /** Reads have caught up by then. */
    private static URI readiness(int port) {
        return URI.create("http://localhost:" + port + "/actuator/health/readiness");
    }

    private static ApiClient client(Path data, int port) throws Exception {
        return new ApiClient(
                "http://localhost:" + port,
                Files.readString(data.resolve("api-key")).strip());
    }

    private static String metrics(Path data, int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/prometheus"))
                .header(
                        "Authorization",
                        "Bearer " + Files.readString(data.resolve("api-key")).strip())
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    /** But for the limiter's: the operator's key has no limit. */
    private static List<String> metricsOfTheDashboard() throws Exception {
        String dashboard = Files.readString(Path.of("..", "grafana", "tillstream.json"));
        return Pattern.compile("(tillstream|http_server)_[a-z_]+(?=[\\[)])")
                .matcher(dashboard)
                .results()
                .map(MatchResult::group)
                .filter(name -> !name.equals("tillstream_limiter_total"))
                .toList();
    }

    private static String create(ApiClient shop, String slug) {
        ApiClient.Answer answer = shop.post("/products", Map.of("name", "A product", "slug", slug, "price", 1900));
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(201);
        return answer.id();
    }

    /** PostgreSQL takes a moment to come back, and pools to notice. */
    private static void awaitCreating(ApiClient shop, String slug) {
        long deadline = System.nanoTime() + LONG.toNanos();
        Map<String, Object> body = Map.of("name", "A product", "slug", slug, "price", 1900);
        while (true) {
            ApiClient.Answer answer = shop.post("/products", body);
            // The first try may have been done though its answer was lost.
            if (answer.status() == 201 || answer.status() == 409) return;
            JsonNode said = answer.body();
            assertThat(System.nanoTime()).as(said.toString()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    /** Its log folder isn't one any more when it wants to write there. */
    private static void killKafka(Path data, RunningProcess up) throws Exception {
        Path logs = data.resolve("kafka");
        Path aside = data.resolve("kafka-aside");
        Files.move(logs, aside);
        Files.createFile(logs);
        Properties ports = new Properties();
        try (var file = Files.newBufferedReader(data.resolve("ports"))) {
            ports.load(file);
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + ports.getProperty("kafka")))) {
            admin.createTopics(List.of(new NewTopic("another", 1, (short) 1)));
            up.awaitSaying("Kafka 4.3 has died; starting it again");
            Files.delete(logs);
            Files.move(aside, logs);
        }
    }

    /** The processes that run on the folder, but for the JVM. */
    private static List<ProcessHandle> servers(Path data) throws Exception {
        String real = data.toRealPath().toString();
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line ->
                                line.contains(real) && (line.contains("postgres -D") || line.contains("redis-server")))
                        .isPresent())
                .toList();
    }

    private static void assertThatOnlyTheOwnerReads(Path data) throws Exception {
        for (String name : List.of("control", "master.key", "api-key", "first-admin", "postgres/password")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(name))))
                    .as(name)
                    .isEqualTo("rw-------");
        }
    }
}
