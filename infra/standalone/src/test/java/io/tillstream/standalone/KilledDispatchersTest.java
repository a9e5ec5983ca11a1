package io.tillstream.standalone;

import static java.util.Objects.requireNonNull;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Two dispatchers, of which now one and now the other is killed by SIGKILL in the middle of deliveries. */
class KilledDispatchersTest {
    private static final String KEY = "sf_live_" + "0f1e2d3c4b5a69788796a5b4c3d2e1f0".repeat(2);
    private static final int EVENTS = 10_000;
    private static final int KILLS = 5;
    private static final int STAGE = EVENTS / (KILLS + 1) + 1;
    private static final int WRITERS = 4;
    private static final List<String> PATHS = List.of("/a", "/b", "/c");

    /** Of all deliveries: what came again, since its receiver had accepted it and the killed dispatcher not recorded it yet. */
    private static final double REPEATED_AT_MOST = 0.001;

    @TempDir
    Path folder;

    private final String database = Servers.temporary().postgres().newDatabase();
    private final Map<String, Map<String, Integer>> accepted = new ConcurrentHashMap<>();
    private final AtomicInteger received = new AtomicInteger();
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger started = new AtomicInteger();

    @Test
    @Timeout(1200)
    void loseNothingAndInventNothing() throws Exception {
        PATHS.forEach(path -> accepted.put(path, new ConcurrentHashMap<>()));
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            requireNonNull(accepted.get(exchange.getRequestURI().getPath()))
                    .merge(String.valueOf(exchange.getRequestHeaders().getFirst("webhook-id")), 1, Integer::sum);
            received.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        receiver.start();
        int writes = Ports.free();
        int[] ports = {Ports.free(), Ports.free()};
        RunningProcess[] dispatchers = new RunningProcess[2];
        Semaphore mayWrite = new Semaphore(0);
        try (RunningProcess command = service(CommandService.class, writes);
                ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            command.awaitReady(health(writes));
            for (int i = 0; i < 2; i++) dispatchers[i] = service(WebhookDispatcher.class, ports[i]);
            for (int i = 0; i < 2; i++) dispatchers[i].awaitReady(health(ports[i]));
            Client owner = new Client(base(writes), KEY);
            Map<String, String> webhooks = new HashMap<>();
            for (String path : PATHS) {
                Answered made = owner.post(
                        "/api/v1/webhooks",
                        "{\"url\": \"http://127.0.0.1:%d%s\", \"events\": [\"product.created\"]}"
                                .formatted(receiver.getAddress().getPort(), path));
                assertThat(made.status()).isEqualTo(201);
                webhooks.put(path, made.data().path("id").asString());
            }
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) writing.add(writers.submit(() -> write(base(writes), mayWrite)));
            for (int kill = 0; kill < KILLS; kill++) {
                int before = received.get();
                mayWrite.release(STAGE);
                awaitThat("half of a stage", () -> received.get() - before >= PATHS.size() * STAGE / 2);
                int victim = kill % 2;
                dispatchers[victim].kill();
                dispatchers[victim] = service(WebhookDispatcher.class, ports[victim]);
                dispatchers[victim].awaitReady(health(ports[victim]));
            }
            mayWrite.release(EVENTS); // what is left of them
            for (Future<?> each : writing) each.get();
            awaitThat("all deliveries", () -> accepted.values().stream().allMatch(ids -> ids.size() == EVENTS));
            Client reader = new Client(base(ports[0]), KEY);
            for (String path : PATHS)
                assertComplete(
                        reader,
                        requireNonNull(webhooks.get(path)),
                        requireNonNull(accepted.get(path)).keySet());
            int repeated = received.get() - PATHS.size() * EVENTS;
            System.out.println("KilledDispatchersTest: " + received + " received, " + repeated + " of them again");
            assertThat(repeated).isLessThan((int) (PATHS.size() * EVENTS * REPEATED_AT_MOST));
        } finally {
            for (RunningProcess dispatcher : dispatchers) if (dispatcher != null) dispatcher.kill();
            receiver.stop(0);
        }
    }

    private @Nullable Void write(String base, Semaphore mayWrite) throws Exception {
        Client writer = new Client(base, KEY);
        while (true) {
            mayWrite.acquire();
            int n = written.getAndIncrement();
            if (n >= EVENTS) return null;
            assertThat(writer.post(
                                    "/api/v1/products",
                                    "{\"name\": \"P\", \"slug\": \"p-%d\", \"price\": 1}".formatted(n))
                            .status())
                    .isEqualTo(201);
        }
    }

    private void awaitThat(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofMinutes(6).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as(() -> what + "; arrived: "
                            + accepted.values().stream().map(Map::size).toList())
                    .isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
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
                assertThat(arrived).hasSize(EVENTS);
                return;
            }
            assertThat(System.nanoTime()).as("recorded as delivered").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
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
        environment.put("TILLSTREAM_WEBHOOK_TIMEOUT", "5s"); // what is only slow doesn't come again
        // an endpoint's one place is free again so much later
        environment.put("TILLSTREAM_WEBHOOK_LEASE_MARGIN", "5s");
        // on a machine where a dispatcher may wait long for its turn, what is not recorded is what a kill repeats: two
        // an endpoint
        environment.put("TILLSTREAM_WEBHOOK_PER_ENDPOINT", "1");
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
