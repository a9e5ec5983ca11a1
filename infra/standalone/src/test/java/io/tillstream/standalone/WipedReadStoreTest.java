package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.tillstream.embedded.Ports;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** Deliveries are state: a shop whose read store is wiped, whose read models are built anew and which is restarted keeps them. */
class WipedReadStoreTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String READY = "Ctrl-C stops it";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    private final List<String> arrived = new CopyOnWriteArrayList<>();
    private int runs;

    @Test
    @Timeout(300)
    void neitherForgetsNorRepeatsADelivery() throws Exception {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            arrived.add(exchange.getRequestHeaders().getFirst("X-Tillstream-Sequence"));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        receiver.start();
        Path data = folder.resolve("data");
        int port = Ports.free();
        String webhook;
        List<JsonNode> log;
        List<JsonNode> feed;
        try (RunningProcess shop = up(data, port)) {
            shop.awaitSaying(READY);
            try (ApiClient api = client(data, port)) {
                webhook = api.post(
                                "/webhooks",
                                Map.of(
                                        "url",
                                        "http://127.0.0.1:"
                                                + receiver.getAddress().getPort() + "/",
                                        "events",
                                        List.of("product.created"),
                                        "strict_order",
                                        true))
                        .id();
                Stream.of("first", "second", "third").forEach(slug -> create(api, slug));
                await().atMost(LONG).until(() -> delivered(api) == 3);
                log = api.all("/webhooks/logs");
                feed = feed(api, webhook);
            }
            assertThat(shop.stop()).isZero();
        }
        assertThat(FileSystemUtils.deleteRecursively(data.resolve("mongodb"))).isTrue();

        try (RunningProcess shop = up(data, port)) {
            shop.awaitSaying(READY);
            RunningProcess replay = cli(data, "replay");
            assertThat(replay.awaitEnd()).as(replay.said()).isZero();
            try (ApiClient api = client(data, port)) {
                await().atMost(LONG).until(() -> api.all("/products").size() == 3);
                assertThat(api.all("/webhooks/logs")).isEqualTo(log);
                assertThat(feed(api, webhook)).isEqualTo(feed);
                create(api, "fourth");
                await().atMost(LONG).until(() -> delivered(api) == 4);
                assertThat(arrived).containsExactly("1", "2", "3", "4");
            }
            assertThat(shop.stop()).isZero();
        } finally {
            receiver.stop(0);
        }
    }

    private static void create(ApiClient api, String slug) {
        assertThat(api.post("/products", Map.of("name", slug, "slug", slug, "price", 1900))
                        .status())
                .isEqualTo(201);
    }

    private static long delivered(ApiClient api) {
        return api.all("/webhooks/logs").stream()
                .filter(one -> one.path("status").asString("").equals("success"))
                .count();
    }

    private static List<JsonNode> feed(ApiClient api, String webhook) {
        JsonNode page = api.get("/webhooks/" + webhook + "/feed?after=0").data().path("deliveries");
        return StreamSupport.stream(page.spliterator(), false).toList();
    }

    private RunningProcess up(Path data, int port) throws Exception {
        return RunningProcess.start(
                folder.resolve("said-" + runs++),
                Tillstream.class,
                Map.of("TILLSTREAM_WEBHOOK_ALLOW", "127.0.0.0/8"),
                "up",
                "--data",
                data.toString(),
                "--port",
                Integer.toString(port));
    }

    private RunningProcess cli(Path data, String... arguments) throws Exception {
        return RunningProcess.of(
                folder.resolve("said-" + runs++),
                Stream.concat(Stream.of(arguments), Stream.of("--data", data.toString()))
                        .toArray(String[]::new));
    }

    private static ApiClient client(Path data, int port) throws Exception {
        return new ApiClient(
                "http://localhost:" + port,
                Files.readString(data.resolve("api-key")).strip());
    }
}
