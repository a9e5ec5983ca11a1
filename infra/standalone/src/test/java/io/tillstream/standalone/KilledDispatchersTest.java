package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tillstream.command.CommandService;
import io.tillstream.embedded.Ports;
import io.tillstream.embedded.Servers;
import io.tillstream.standalone.Client.Answered;
import io.tillstream.webhook.WebhookDispatcher;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Two dispatchers, of which one after the other is killed by SIGKILL while deliveries are under way. */
class KilledDispatchersTest {
    private static final String KEY = "sf_live_" + "0f1e2d3c4b5a69788796a5b4c3d2e1f0".repeat(2);
    private static final int EVENTS = 400;
    private static final int KILLS = 3;

    @TempDir
    Path folder;

    private final String database = Servers.temporary().postgres().newDatabase();
    private final Map<String, Queue<String>> accepted = new ConcurrentHashMap<>();
    private final AtomicInteger started = new AtomicInteger();

    @Test
    @Timeout(300)
    void loseNothingAndInventNothing() throws Exception {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            accepted.computeIfAbsent(exchange.getRequestURI().getPath(), path -> new ConcurrentLinkedQueue<>())
                    .add(String.valueOf(exchange.getRequestHeaders().getFirst("webhook-id")));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        receiver.start();
        int writes = Ports.free();
        int first = Ports.free();
        int second = Ports.free();
        RunningProcess one = null;
        RunningProcess other = null;
        try (RunningProcess command = service(CommandService.class, writes)) {
            command.awaitReady(health(writes));
            one = service(WebhookDispatcher.class, first);
            other = service(WebhookDispatcher.class, second);
            one.awaitReady(health(first));
            other.awaitReady(health(second));
            Client writer = new Client(base(writes), KEY);
            Map<String, String> webhooks = new HashMap<>();
            for (String path : List.of("/a", "/b", "/c")) {
                Answered made = writer.post(
                        "/api/v1/webhooks",
                        "{\"url\": \"http://127.0.0.1:%d%s\", \"events\": [\"product.created\"]}"
                                .formatted(receiver.getAddress().getPort(), path));
                assertThat(made.status()).isEqualTo(201);
                webhooks.put(path, made.data().path("id").asString());
            }
            for (int i = 0; i < EVENTS; i++) {
                assertThat(writer.post(
                                        "/api/v1/products",
                                        "{\"name\": \"P\", \"slug\": \"p-%d\", \"price\": 1}".formatted(i))
                                .status())
                        .isEqualTo(201);
                if (i % (EVENTS / (KILLS + 1)) == EVENTS / (KILLS + 1) - 1 && i < EVENTS - 1) {
                    one.kill();
                    RunningProcess survivor = other;
                    other = service(WebhookDispatcher.class, first);
                    one = survivor;
                    int spare = first;
                    first = second;
                    second = spare;
                }
            }
            awaitAll();
            other.awaitReady(health(second));
            Client reader = new Client(base(second), KEY);
            for (Map.Entry<String, String> webhook : webhooks.entrySet())
                assertComplete(reader, webhook.getValue(), Set.copyOf(queue(webhook.getKey())));
            int received = accepted.values().stream().mapToInt(Queue::size).sum();
            int repeated = received - 3 * EVENTS;
            System.out.println("KilledDispatchersTest: " + received + " received, " + repeated + " of them again");
            assertThat(repeated).isLessThan(KILLS * 3 * 16);
        } finally {
            if (one != null) one.kill();
            if (other != null) other.kill();
            receiver.stop(0);
        }
    }

    private void awaitAll() {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (accepted.values().stream().anyMatch(ids -> Set.copyOf(ids).size() < EVENTS) || accepted.size() < 3) {
            assertThat(System.nanoTime())
                    .as(() -> "deliveries that arrived: "
                            + accepted.values().stream()
                                    .map(ids -> Set.copyOf(ids).size())
                                    .toList())
                    .isLessThan(end);
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(100).toNanos());
        }
    }

    /** Its feed has every number once, and says of nothing that it was delivered that didn't arrive. */
    private static void assertComplete(Client reader, String webhook, Set<String> arrived) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (true) {
            List<JsonNode> feed = feed(reader, webhook);
            boolean settled =
                    feed.stream().allMatch(one -> one.path("status").asString().equals("success"));
            assertThat(feed.stream()
                            .filter(one -> one.path("status").asString().equals("success"))
                            .map(one -> one.path("message_id").asString()))
                    .allMatch(arrived::contains);
            if (settled) {
                assertThat(feed.stream().map(one -> one.path("sequence").asLong()))
                        .containsExactlyElementsOf(
                                LongStream.rangeClosed(1, EVENTS).boxed().toList());
                assertThat(new TreeSet<>(arrived)).hasSize(EVENTS);
                return;
            }
            assertThat(System.nanoTime()).as("recorded as delivered").isLessThan(end);
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(500).toNanos());
        }
    }

    private static List<JsonNode> feed(Client reader, String webhook) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        long after = 0;
        while (true) {
            JsonNode page = reader.get("/api/v1/webhooks/" + webhook + "/feed?after=" + after)
                    .data();
            page.path("deliveries").forEach(all::add);
            after = page.path("next_after").asLong();
            if (!page.path("has_more").asBoolean()) return all;
        }
    }

    private Queue<String> queue(String path) {
        return accepted.getOrDefault(path, new ConcurrentLinkedQueue<>());
    }

    private RunningProcess service(Class<?> main, int port) throws Exception {
        Servers servers = Servers.temporary();
        Map<String, String> environment = new HashMap<>();
        environment.put("SERVER_PORT", Integer.toString(port));
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        environment.put("TILLSTREAM_POSTGRES_URL", database);
        environment.put("TILLSTREAM_POSTGRES_USER", servers.postgres().user());
        environment.put("TILLSTREAM_POSTGRES_PASSWORD", servers.postgres().password());
        environment.put("TILLSTREAM_POSTGRES_READER_PASSWORD", "reader");
        environment.put("TILLSTREAM_POSTGRES_WEBHOOKS_PASSWORD", "webhooks");
        environment.put("TILLSTREAM_POSTGRES_POOL", "6");
        environment.put("TILLSTREAM_KAFKA_BOOTSTRAP", servers.kafka().bootstrap());
        environment.put("TILLSTREAM_TOPIC", "killed-dispatchers");
        environment.put("TILLSTREAM_REDIS_URI", servers.redis().uri());
        environment.put("TILLSTREAM_MASTER_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        environment.put("TILLSTREAM_API_KEY", KEY);
        environment.put("TILLSTREAM_ADMIN_EMAIL", "owner@example.com");
        environment.put("TILLSTREAM_ADMIN_PASSWORD", "a-long-enough-password");
        environment.put("TILLSTREAM_WEBHOOK_ALLOW", "127.0.0.0/8");
        environment.put("TILLSTREAM_WEBHOOK_TIMEOUT", "2s");
        return RunningProcess.start(
                folder.resolve(main.getSimpleName() + started.incrementAndGet() + ".log"), main, environment);
    }

    private static URI health(int port) {
        return URI.create(base(port) + "/actuator/health");
    }

    private static String base(int port) {
        return "http://127.0.0.1:" + port;
    }
}
