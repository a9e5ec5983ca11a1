package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.embedded.Ports;
import io.tillstream.standalone.Client.Answered;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A whole shop, killed in the middle of 5,000 commands: nothing answered is missing and nothing is doubled. */
class KilledUnderLoadTest {
    private static final int COMMANDS = 5_000;
    private static final int WRITERS = 8;
    private static final String KEY = "sf_live_" + "0123456789abcdef".repeat(4);

    @TempDir
    Path folder;

    @Test
    @Timeout(600)
    void losesAndDoublesNothing() throws Exception {
        int port = Ports.free();
        Client client = new Client("http://127.0.0.1:" + port, KEY);
        Map<Integer, String> answered = new ConcurrentHashMap<>();

        RunningProcess shop = up(port);
        shop.awaitReady(readiness(port));
        AtomicBoolean killed = new AtomicBoolean();
        load(client, answered, killed, () -> {
            killed.set(true);
            shop.kill();
        });
        int before = answered.size();
        assertThat(before).isBetween(COMMANDS / 3, COMMANDS - 1);

        try (RunningProcess again = up(port)) {
            again.awaitReady(readiness(port));
            for (Map.Entry<Integer, String> one : answered.entrySet()) {
                Answered read = client.get("/api/v1/products/" + one.getValue());
                assertThat(read.status()).isEqualTo(200);
                assertThat(read.data().path("slug").asString()).isEqualTo(slug(one.getKey()));
            }
            load(client, answered, new AtomicBoolean(), null);
            assertThat(answered).hasSize(COMMANDS);
            Map<String, String> stored = stored();
            assertThat(stored).hasSize(COMMANDS);
            answered.forEach((number, id) -> assertThat(stored).containsEntry(slug(number), id));
            assertThat(listed(client)).isEqualTo(stored);
        }
    }

    private interface Killing {
        void run() throws InterruptedException;
    }

    /** Sends what has no answer yet; each command has an idempotency key of its own, so it may be sent again. */
    private static void load(
            Client client,
            Map<Integer, String> answered,
            AtomicBoolean killed,
            @org.jspecify.annotations.Nullable Killing atHalf)
            throws Exception {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService pool = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                writers.add(pool.submit(() -> {
                    for (int number = next.getAndIncrement(); number < COMMANDS; number = next.getAndIncrement()) {
                        if (killed.get()) return null;
                        if (answered.containsKey(number)) continue;
                        try {
                            Answered answer = client.post(
                                    "/api/v1/products",
                                    "{\"name\": \"Product " + number + "\", \"slug\": \"" + slug(number)
                                            + "\", \"price\": " + number + "}",
                                    "Idempotency-Key",
                                    "create-" + number);
                            assertThat(answer.status()).isEqualTo(201);
                            answered.put(number, answer.data().path("id").asString());
                        } catch (IOException e) {
                            assertThat(killed).isTrue();
                        }
                        if (atHalf != null && answered.size() >= COMMANDS / 2 && !killed.get()) atHalf.run();
                    }
                    return null;
                }));
            }
            for (Future<?> writer : writers) writer.get();
        }
    }

    /** Slug and id of every product that an event created, straight from PostgreSQL. */
    private Map<String, String> stored() throws Exception {
        Properties ports = new Properties();
        try (var file = Files.newBufferedReader(folder.resolve("data/ports"))) {
            ports.load(file);
        }
        String password =
                Files.readString(folder.resolve("data/postgres/password")).strip();
        Map<String, String> stored = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + ports.getProperty("postgres") + "/tillstream",
                        "tillstream",
                        password);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select payload::jsonb #>> '{details,slug}', aggregate_id"
                        + " from events where type = 'product.created'")) {
            while (rows.next())
                assertThat(stored.put(rows.getString(1), rows.getString(2))).isNull();
        }
        return stored;
    }

    /** Slug and id of every product that the list shows, page by page. */
    private static Map<String, String> listed(Client client) throws Exception {
        Map<String, String> listed = new TreeMap<>();
        Map<String, String> cursors = new HashMap<>();
        String cursor = "";
        while (true) {
            Answered page = client.fresh("/api/v1/products?limit=100&cursor=" + cursor);
            assertThat(page.status()).isEqualTo(200);
            for (JsonNode product : page.data())
                assertThat(listed.put(
                                product.path("slug").asString(),
                                product.path("id").asString()))
                        .isNull();
            if (!page.body().path("pagination").path("has_more").asBoolean()) return listed;
            cursor = page.body().path("pagination").path("next_cursor").asString();
            assertThat(cursors.put(cursor, cursor)).isNull();
        }
    }

    private RunningProcess up(int port) throws Exception {
        return RunningProcess.startForMuch(
                folder.resolve("log"),
                Tillstream.class,
                Map.of("TILLSTREAM_API_KEY", KEY),
                "up",
                "--port",
                Integer.toString(port),
                "--data",
                folder.resolve("data").toString());
    }

    private static URI readiness(int port) {
        return URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness");
    }

    private static String slug(int number) {
        return "product-" + number;
    }
}
