package io.tillstream.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.Ports;
import io.tillstream.embedded.PostgresServer;
import io.tillstream.embedded.RedisServer;
import io.tillstream.embedded.Servers;
import io.tillstream.standalone.Client.Answered;
import io.tillstream.standalone.Followers.Seen;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * A shop on servers in processes of their own, under a load of 10,000 events, while one after another of them, and the shop itself,
 * is ended with SIGKILL and brought back. What each loss means to clients is asked while it lasts; afterwards all that was
 * answered is where it belongs, once and in order.
 */
class ChaosTest {
    private static final int WRITERS = 8;
    private static final int PRODUCTS = 2_000;
    private static final List<String> STEPS = List.of(
            "product.created",
            "product.price_changed",
            "product.price_changed",
            "product.details_changed",
            "product.deactivated");
    private static final int EVENTS = PRODUCTS * STEPS.size();
    /** So many writes are answered while a server is away whose loss they don't feel. */
    private static final int MEANWHILE = 300;

    private static final int AHEAD = 700;

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String KEY = "sf_live_" + "c4a05c4a05c4a05f".repeat(4);
    private static final String MASTER_KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final String EMAIL = "owner@example.com";
    private static final String PASSWORD = "a-long-enough-password";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    private final int port = Ports.free();
    private final int kafkaPort = Ports.free();
    private final int mongoPort = Ports.free();
    private final String base = "http://127.0.0.1:" + port;
    private final Client client = new Client(base, KEY);
    private PostgresServer postgres;
    private RedisServer redis;
    private RunningProcess kafka;
    private RunningProcess mongodb;
    private RunningProcess shop;
    private int runs;

    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger allowed = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean shopIsDead = new AtomicBoolean();
    private final AtomicReferenceArray<@Nullable String> ids = new AtomicReferenceArray<>(PRODUCTS);
    private final ConcurrentLinkedQueue<String> unexpected = new ConcurrentLinkedQueue<>();

    /** The last answered write of a writer: what a read with its token has to show. */
    private record Written(String id, int step, String token) {}

    private final AtomicReferenceArray<@Nullable Written> written = new AtomicReferenceArray<>(WRITERS);

    @BeforeEach
    void start() throws Exception {
        Path own = Servers.temporary().newFolder(); // ended and cleared away with this JVM, whatever becomes of it
        postgres = PostgresServer.start(own.resolve("postgres"), 0);
        redis = RedisServer.start(own.resolve("redis"), 0);
        startKafka();
        startMongodb();
        kafka.awaitSaying(ServerProcess.READY);
        mongodb.awaitSaying(ServerProcess.READY);
        startShop();
    }

    @AfterEach
    void stop() throws Exception {
        shop.kill();
        kafka.kill();
        mongodb.kill();
        redis.kill();
        postgres.kill();
    }

    @Test
    @Timeout(900)
    void losesDoublesAndReordersNothingWhateverIsKilled() throws Exception {
        String limited = limitedKey();
        try (ExecutorService pool = Executors.newFixedThreadPool(WRITERS + 1);
                Followers followers = new Followers(base, KEY)) {
            List<Future<?>> running = new ArrayList<>();
            AtomicInteger next = new AtomicInteger();
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                running.add(pool.submit(() -> {
                    for (int product = next.getAndIncrement(); product < PRODUCTS; product = next.getAndIncrement())
                        write(number, product);
                    return null;
                }));
            }
            Future<?> reader = pool.submit(() -> {
                while (!ended.get()) read();
                return null;
            });
            try {
                awaitAnswered(1_000);
                killShop();
                startShop();
                awaitAnswered(2_000);
                loseTheBroker();
                awaitAnswered(3_500);
                loseTheReadStore();
                awaitAnswered(5_000);
                loseRedis(limited);
                awaitAnswered(6_500);
                losePostgres();
                awaitAnswered(7_500);
                loseAllAtOnce();
                allowed.set(EVENTS);
                for (Future<?> one : running) one.get();
            } finally {
                ended.set(true);
            }
            reader.get();

            assertThat(unexpected).isEmpty();
            List<Stored> stored = stored();
            assertThatAllOfItIsStoredOnce(stored);
            List<Seen> order = stored.stream()
                    .filter(event -> !event.mode().equals("test"))
                    .map(event -> new Seen(event.position(), event.id()))
                    .toList();
            await().atMost(LONG).until(() -> followers.paged().size() >= order.size());
            await().atMost(LONG).until(() -> followers.streamed().size() >= order.size());
            assertThat(followers.paged()).isEqualTo(order);
            assertThat(followers.streamed()).isEqualTo(order);
            assertThat(followers.reconnects()).isGreaterThan(1);
            assertThat(published(order.getLast().position())).isEqualTo(order);
        }
        assertThatVerifyFindsNothing();
    }

    // --- what is lost, and what that means meanwhile

    private void loseTheBroker() throws Exception {
        kafka.kill();
        awaitMore(MEANWHILE);
        await().atMost(LONG).until(() -> metric("tillstream_publisher_lag_events") > 0);
        await().atMost(LONG).until(() -> health("publisher").equals("DOWN"));
        startKafka();
        await().atMost(LONG).until(() -> health("publisher").equals("UP"));
    }

    private void loseTheReadStore() throws Exception {
        mongodb.kill();
        assertUnavailable(client.get("/api/v1/products?limit=1"));
        assertUnavailable(client.get("/api/v1/products/" + ids.get(0)));
        awaitMore(MEANWHILE);
        assertThat(health("readStore")).isEqualTo("DOWN");
        startMongodb();
        await().atMost(LONG).until(() -> client.get("/api/v1/products?limit=1").status() == 200);
    }

    private void loseRedis(String limited) throws Exception {
        redis.kill();
        awaitMore(MEANWHILE);
        Client limitedClient = new Client(base, limited);
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 12; i++)
            statuses.add(limitedClient.get("/api/v1/products?limit=1").status());
        assertThat(statuses).contains(200, 429).containsOnly(200, 429);
        assertThat(signIn().statusCode()).isEqualTo(503);
        redis.start();
        await().atMost(LONG).until(() -> signIn().statusCode() == 200);
    }

    private void losePostgres() throws Exception {
        postgres.kill();
        assertUnavailable(client.post("/api/v1/tags", "{\"name\": \"None\", \"slug\": \"none\"}"));
        assertThat(client.get("/api/v1/products?limit=1").status()).isEqualTo(200);
        assertThat(client.get("/api/v1/products/" + ids.get(0)).status()).isEqualTo(200);
        await().atMost(LONG).until(() -> health("credentials").equals("DOWN"));
        postgres.start();
        awaitMore(1);
    }

    private void loseAllAtOnce() throws Exception {
        killShop();
        kafka.kill();
        mongodb.kill();
        postgres.kill();
        redis.kill();
        postgres.start();
        redis.start();
        startKafka();
        startMongodb();
        kafka.awaitSaying(ServerProcess.READY);
        mongodb.awaitSaying(ServerProcess.READY);
        startShop();
    }

    private static void assertUnavailable(Answered answer) {
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(503);
        assertThat(answer.body().at("/error/code").asString()).isEqualTo("SERVICE_UNAVAILABLE");
    }

    /** Lets writers go on for a while after that, so that they don't all come to their end while one server is away. */
    private void awaitAnswered(int count) {
        allowed.set(count + AHEAD);
        await().atMost(LONG).until(() -> answered.get() >= count || !unexpected.isEmpty());
        assertThat(unexpected).isEmpty();
    }

    private void awaitMore(int count) {
        awaitAnswered(answered.get() + count);
    }

    // --- load

    /** The life of a product, each step sent until it is answered. */
    private void write(int writer, int product) throws Exception {
        String slug = slug(product);
        Answered made = sent(
                writer,
                0,
                "POST",
                "/api/v1/products",
                "{\"name\": \"Chaos\", \"slug\": \"%s\", \"price\": 1}".formatted(slug),
                "Idempotency-Key",
                slug);
        String id = made.data().path("id").asString();
        ids.set(product, id);
        List<String> patches =
                List.of("{\"price\": 2}", "{\"price\": 3}", "{\"name\": \"Order\"}", "{\"is_active\": false}");
        for (int step = 1; step < STEPS.size(); step++)
            sent(writer, step, "PATCH", "/api/v1/products/" + id, patches.get(step - 1));
    }

    private Answered sent(int writer, int step, String method, String path, String body, String... headers)
            throws Exception {
        while (answered.get() >= allowed.get() && !ended.get()) Thread.sleep(10);
        while (true) {
            boolean dead = shopIsDead.get(); // it may live again before its failure is told
            try {
                Answered answer = client.send(method, path, body, headers);
                if (answer.status() / 100 == 2) {
                    answered.incrementAndGet();
                    String token = answer.header("X-Consistency-Token");
                    if (token != null)
                        written.set(writer, new Written(answer.data().path("id").asString(), step, token));
                    return answer;
                }
                // the first try may still be on its way when the second comes
                if (answer.status() != 503 && answer.status() != 409)
                    unexpected.add(method + " " + path + ": " + answer.status() + " " + answer.body());
                if (answer.status() == 409
                        && !answer.body().at("/error/message").asString().contains("still"))
                    unexpected.add(method + " " + path + ": " + answer.body());
            } catch (IOException e) {
                if (!dead && !shopIsDead.get()) unexpected.add(method + " " + path + ": " + e);
            }
            if (!unexpected.isEmpty() || ended.get()) throw new AssertionError(String.valueOf(unexpected.peek()));
            Thread.sleep(100);
        }
    }

    /** What was answered to a writer is seen, or the answer says that it may be missing. */
    private void read() throws Exception {
        Written wanted = written.get(ThreadLocalRandom.current().nextInt(WRITERS));
        Thread.sleep(20);
        if (wanted == null) return;
        boolean dead = shopIsDead.get();
        try {
            Answered read =
                    client.send("GET", "/api/v1/products/" + wanted.id(), null, "X-Consistency-Token", wanted.token());
            if (read.status() == 503 || read.header("X-Tillstream-Stale") != null) return;
            if (read.status() != 200 || stepOf(read) < wanted.step())
                unexpected.add("Reading after " + wanted + ": " + read.status() + " " + read.body());
        } catch (IOException e) {
            if (!dead && !shopIsDead.get()) unexpected.add("Reading: " + e);
        }
    }

    private static int stepOf(Answered read) {
        if (!read.data().path("is_active").asBoolean()) return 4;
        if (read.data().path("name").asString().equals("Order")) return 3;
        return read.data().path("price").asInt() - 1;
    }

    private static String slug(int product) {
        return "chaos-" + product;
    }

    // --- what came of it

    private record Stored(long position, String id, String aggregate, String type, String mode, String payload) {}

    private List<Stored> stored() throws Exception {
        List<Stored> stored = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select position, event_id, aggregate_id, type, metadata::json ->> 'mode',"
                                + " payload from events order by position")) {
            while (rows.next())
                stored.add(new Stored(
                        rows.getLong(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getString(5),
                        rows.getString(6)));
        }
        return stored;
    }

    private void assertThatAllOfItIsStoredOnce(List<Stored> stored) {
        Map<String, List<Stored>> lives = new HashMap<>();
        for (Stored event : stored)
            if (event.type().startsWith("product."))
                lives.computeIfAbsent(event.aggregate(), id -> new ArrayList<>())
                        .add(event);
        assertThat(answered).hasValue(EVENTS);
        assertThat(lives).hasSize(PRODUCTS);
        for (int product = 0; product < PRODUCTS; product++) {
            List<Stored> life = lives.getOrDefault(ids.get(product), List.of());
            assertThat(life).extracting(Stored::type).isEqualTo(STEPS);
            assertThat(life.get(0).payload()).contains("\"" + slug(product) + "\"");
            assertThat(life.get(1).payload()).contains("\"price\":2");
            assertThat(life.get(2).payload()).contains("\"price\":3");
        }
    }

    /** The topic as a consumer of anybody's reads it: by id each event once, in the order of the first that came. */
    private List<Seen> published(long last) {
        LinkedHashMap<String, Seen> events = new LinkedHashMap<>();
        TopicPartition partition = new TopicPartition(Backends.TOPIC, 0);
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", "127.0.0.1:" + kafkaPort),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            await().atMost(LONG).until(() -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    Seen event = new Seen(Long.parseLong(header(record, "ce_position")), header(record, "ce_id"));
                    events.putIfAbsent(event.id(), event);
                }
                return !events.isEmpty() && events.sequencedValues().getLast().position() >= last;
            });
        }
        return List.copyOf(events.values());
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private void assertThatVerifyFindsNothing() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, UTF_8);
        int status = Tillstream.run(
                List.of("verify", "--data", folder.resolve("data").toString()),
                Map.of("TILLSTREAM_MASTER_KEY", MASTER_KEY),
                print,
                print);
        assertThat(status).as(out.toString(UTF_8)).isZero();
    }

    // --- processes

    private void startShop() throws Exception {
        shop = RunningProcess.start(
                folder.resolve("shop-" + runs++),
                Tillstream.class,
                Map.of(
                        "TILLSTREAM_MASTER_KEY", MASTER_KEY,
                        "TILLSTREAM_API_KEY", KEY,
                        "TILLSTREAM_ADMIN_EMAIL", EMAIL,
                        "TILLSTREAM_ADMIN_PASSWORD", PASSWORD),
                "up",
                "--port",
                Integer.toString(port),
                "--data",
                folder.resolve("data").toString(),
                "--postgres-url",
                new PostgresAddress(postgres.url(), postgres.user(), postgres.password()).uri(),
                "--kafka",
                "127.0.0.1:" + kafkaPort,
                "--mongodb-uri",
                "mongodb://127.0.0.1:" + mongoPort,
                "--redis-uri",
                redis.uri());
        shop.awaitSaying("Ctrl-C stops it");
        shopIsDead.set(false);
    }

    private void killShop() throws Exception {
        shopIsDead.set(true);
        shop.kill();
    }

    private void startKafka() throws Exception {
        kafka = server("kafka", kafkaPort);
    }

    private void startMongodb() throws Exception {
        mongodb = server("mongodb", mongoPort);
    }

    private RunningProcess server(String name, int port) throws Exception {
        return RunningProcess.start(
                folder.resolve(name + "-" + runs++),
                ServerProcess.class,
                Map.of(),
                name,
                folder.resolve(name).toString(),
                Integer.toString(port));
    }

    // --- the shop from outside

    private String health(String component) throws IOException, InterruptedException {
        return client.get("/actuator/health")
                .body()
                .at("/components/" + component + "/status")
                .asString();
    }

    private double metric(String name) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/actuator/prometheus"))
                .header("Authorization", "Bearer " + KEY)
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .findFirst()
                    .orElse(Double.NaN);
        }
    }

    private HttpResponse<String> signIn() throws Exception {
        return posted(
                "/api/auth/login",
                "{\"email\": \"" + EMAIL + "\", \"password\": \"" + PASSWORD + "\"}",
                "Origin",
                base);
    }

    /** One of five requests a minute. */
    private String limitedKey() throws Exception {
        String session =
                signIn().headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
        HttpResponse<String> made = posted(
                "/api/v1/api-keys",
                "{\"name\": \"CI\", \"scopes\": [\"products:read\"], \"rate_limit_per_minute\": 5}",
                "Origin",
                base,
                "Cookie",
                session);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return JsonMapper.shared().readTree(made.body()).at("/data/key").asString();
    }

    private HttpResponse<String> posted(String path, String body, String... headers) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(base + path))
                            .timeout(Duration.ofSeconds(30))
                            .headers(headers)
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
