package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.embedded.Ports;
import io.tillstream.standalone.Client.Answered;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who writes sees it in his next read, single and list, while others write too. */
class OwnWritesTest {
    private static final int ROUNDS = 500;
    private static final String KEY = "sf_test_" + "fedcba9876543210".repeat(4);

    @TempDir
    Path folder;

    @Test
    @Timeout(600)
    void areAlwaysVisible() throws Exception {
        int port = Ports.free();
        try (RunningProcess shop = RunningProcess.startForMuch(
                        folder.resolve("log"),
                        Tillstream.class,
                        Map.of("TILLSTREAM_API_KEY", KEY),
                        "up",
                        "--port",
                        Integer.toString(port),
                        "--data",
                        folder.resolve("data").toString());
                ExecutorService pool = Executors.newFixedThreadPool(4)) {
            shop.awaitReady(URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"));
            Client client = new Client("http://127.0.0.1:" + port, KEY);
            AtomicInteger round = new AtomicInteger();
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < 3; caller++) {
                callers.add(pool.submit(() -> {
                    try {
                        for (int i = round.getAndIncrement(); i < ROUNDS; i = round.getAndIncrement())
                            createAndLook(client, "own-" + i);
                    } finally {
                        round.set(ROUNDS); // whoever fails ends the others
                    }
                    return null;
                }));
            }
            Future<?> neighbour = pool.submit(() -> {
                for (int i = 0; round.get() < ROUNDS; i++) create(client, "neighbour-" + i);
                return null;
            });
            for (Future<?> caller : callers) caller.get();
            neighbour.get();
        }
    }

    private static void createAndLook(Client client, String slug) throws Exception {
        String id = create(client, slug);
        Answered single = client.get("/api/v1/products/" + id);
        assertThat(single.status()).isEqualTo(200);
        Answered list = client.get("/api/v1/products?limit=5&search=" + slug + "&sort_by=created_at");
        assertThat(list.status()).isEqualTo(200);
        assertThat(list.data().valueStream().map(product -> product.path("id").asString()))
                .contains(id);
    }

    private static String create(Client client, String slug) throws Exception {
        Answered made = client.post(
                "/api/v1/products", "{\"name\": \"" + slug + "\", \"slug\": \"" + slug + "\", \"price\": 100}");
        assertThat(made.status()).isEqualTo(201);
        return made.data().path("id").asString();
    }
}
