package io.tillstream.standalone;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.sun.net.httpserver.HttpServer;
import io.tillstream.embedded.Ports;
import io.tillstream.standalone.Client.Answered;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Whoever was erased comes out of nothing that a shop answers or keeps, but for what the topic holds for its seven days. */
class ForgottenEverywhereTest {
    private static final String KEY = "sf_live_" + "e".repeat(64);
    private static final String ADMIN = "admin@shop.example";
    private static final String PASSWORD = "a password for a test";
    private static final String EMAIL = "Wilhelmina.Quandt@persons.example";
    private static final String NAME = "Minna Quandt-Huber";

    /** What tells who it was, in lower case. */
    private static final Set<String> TELLING = Set.of("wilhelmina", "persons.example", "minna", "quandt", "huber");

    private static final String USERS = "/api/v1/users";
    private static final String LOGS = "/api/v1/webhooks/logs";
    private static final String DELIVERED = "/delivered";
    private static final String FAILING = "/failing";
    private static final String SLOW = "/slow";
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    @Timeout(300)
    void theShopShowsNobody() throws Exception {
        Path data = folder.resolve("data");
        int port = Ports.free();
        String base = "http://127.0.0.1:" + port;
        Map<String, String> settings = Map.of(
                "TILLSTREAM_API_KEY", KEY, "TILLSTREAM_ADMIN_EMAIL", ADMIN, "TILLSTREAM_ADMIN_PASSWORD", PASSWORD);
        try (RunningProcess shop = up(settings, port, data)) {
            shop.awaitReady(URI.create(base + "/actuator/health/readiness"));
            Client client = new Client(base, KEY);
            String[] session = signedIn(client, base);
            JsonNode openapi = client.get("/api/v1/openapi.json").body();

            String product = made(
                    client.post("/api/v1/products", "{\"name\": \"A course\", \"slug\": \"course\", \"price\": 2900}"));
            String person = made(client.post(USERS, body(EMAIL), "Idempotency-Key", "registered-once"));
            String access = made(client.post(
                    USERS + "/" + person + "/access",
                    "{\"product_id\": \"" + product + "\"}",
                    "Idempotency-Key",
                    "granted-once"));
            refusals(client, data, person, access);
            assertThat(client.fresh(USERS + "/" + person).status()).isEqualTo(200);
            Instant known = Instant.now();
            String registered = client.get(USERS + "/" + person + "/history?sort_order=asc")
                    .data()
                    .path(0)
                    .path("id")
                    .asString();
            Map<String, String> ids =
                    Map.of("users", person, "products", product, "access", access, "events", registered);
            JsonNode provenRow = row(client, registered);

            assertThat(telling(everyGet(openapi, client, session, ids, known)))
                    .as("where a person who is known is shown, or else this looks at nothing")
                    .contains(USERS, USERS + "/" + person, USERS + "/" + person + "/history", "/api/v1/events");
            assertThat(telling(Map.of("stream", stream(base, "access.granted"))))
                    .isNotEmpty();
            assertThat(telling(documents(data))).isNotEmpty();
            assertThat(telling(tables(data)))
                    .as("PostgreSQL never has plain text")
                    .isEmpty();

            Answered erased =
                    client.send("POST", USERS + "/" + person + "/erase", "{\"reason\": \"Asked for it\"}", session);
            assertThat(erased.status()).isEqualTo(200);
            assertThat(client.fresh(USERS + "/" + person, session).status()).isEqualTo(200);
            Map<String, String> answers = everyGet(openapi, client, session, ids, known);
            assertThat(answers)
                    .containsKeys(
                            USERS + "/" + person,
                            USERS + "/" + person + "/access/" + access + "/history",
                            "/api/v1/events/" + registered + "/proof");
            assertThat(telling(answers)).isEmpty();
            assertThat(telling(Map.of("erasure", erased.raw().body()))).isEmpty();
            assertThat(telling(Map.of(
                            "registration",
                            client.post(USERS, body(EMAIL), "Idempotency-Key", "registered-once")
                                    .raw()
                                    .body())))
                    .isEmpty();
            assertThat(telling(tables(data))).isEmpty();
            assertThat(telling(documents(data))).isEmpty();
            assertThat(telling(Map.of("stream", stream(base, "access.revoked"))))
                    .isEmpty();
            RunningProcess export = RunningProcess.of(folder.resolve("exported"), "export", "--data", data.toString());
            assertThat(export.awaitEnd()).as(export.said()).isZero();
            assertThat(export.said()).contains("user.registered", "user.erased", "access.revoked");
            assertThat(telling(Map.of("export", export.said()))).isEmpty();
            assertThat(row(client, registered)).as("what a proof is over").isEqualTo(provenRow);
            RunningProcess verify = RunningProcess.of(folder.resolve("verified"), "verify", "--data", data.toString());
            assertThat(verify.awaitEnd()).as(verify.said()).isZero();
            assertThat(shop.stop()).isZero();
        }
        assertThat(telling(files(folder))).isEmpty();
    }

    @Test
    @Timeout(300)
    void neitherDoWebhooksNorWhatTheirReceiversAnswered() throws Exception {
        Path data = folder.resolve("data");
        int port = Ports.free();
        String base = "http://127.0.0.1:" + port;
        List<Received> received = new CopyOnWriteArrayList<>();
        CountDownLatch answering = new CountDownLatch(1);
        HttpServer receiver = echoing(received, answering);
        Map<String, String> settings = Map.of(
                "TILLSTREAM_API_KEY",
                KEY,
                "TILLSTREAM_ADMIN_EMAIL",
                ADMIN,
                "TILLSTREAM_ADMIN_PASSWORD",
                PASSWORD,
                "TILLSTREAM_WEBHOOK_ALLOW",
                "127.0.0.0/8",
                "TILLSTREAM_WEBHOOK_TIMEOUT",
                "30s",
                // no attempt but those that this asks for
                "TILLSTREAM_WEBHOOK_RETRIES",
                "1h,1h,1h");
        try (RunningProcess shop = up(settings, port, data)) {
            shop.awaitReady(URI.create(base + "/actuator/health/readiness"));
            Client client = new Client(base, KEY);
            String[] session = signedIn(client, base);
            for (String path : List.of(DELIVERED, FAILING, SLOW))
                made(client.post(
                        "/api/v1/webhooks",
                        "{\"url\": \"http://127.0.0.1:" + receiver.getAddress().getPort() + path
                                + "\", \"events\": [\"access.*\"], \"custom_payload_fields\":"
                                + " {\"who\": \"{{ email }}\"}}"));
            String product = made(
                    client.post("/api/v1/products", "{\"name\": \"A course\", \"slug\": \"course\", \"price\": 2900}"));
            String person = made(client.post(USERS, body(EMAIL)));
            made(client.post(USERS + "/" + person + "/access", "{\"product_id\": \"" + product + "\"}"));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(statuses(client))
                            .containsExactlyInAnyOrder("success", "pending_retry", "pending"));
            String pending = client.get(LOGS + "?status=pending_retry")
                    .data()
                    .path(0)
                    .path("id")
                    .asString();
            await().atMost(LONG)
                    .until(() -> received.stream().anyMatch(one -> one.path().equals(SLOW)));
            Map<String, String> shown = deliveries(client);
            assertThat(shown).hasSize(4);
            assertThat(telling(shown))
                    .as("where a person who is known is shown, or else this looks at nothing")
                    .containsExactlyElementsOf(shown.keySet());
            assertThat(telling(tables(data)))
                    .anyMatch(table -> table.startsWith("webhooks.deliveries"))
                    .anyMatch(table -> table.startsWith("webhooks.attempts"))
                    .allMatch(table -> table.startsWith("webhooks."));

            Answered erased =
                    client.send("POST", USERS + "/" + person + "/erase", "{\"reason\": \"Asked for it\"}", session);
            assertThat(erased.status()).isEqualTo(200);
            assertThat(telling(Map.of("logs", logs(client, session)))).isEmpty();
            assertThat(telling(deliveries(client))).isEmpty();
            assertThat(telling(tables(data))).isEmpty();
            assertThat(telling(Map.of(
                            "feed",
                            client.get("/api/v1/events?after=0&limit=100").raw().body())))
                    .isEmpty();

            answering.countDown();
            await("the answer to what was sent before the erasure")
                    .atMost(LONG)
                    .untilAsserted(() -> assertThat(statuses(client)).doesNotContain("pending"));
            assertThat(telling(deliveries(client))).isEmpty();
            assertThat(telling(tables(data))).isEmpty();

            int before = received.size();
            assertThat(client.post(LOGS + "/" + pending + "/force-retry", "").status())
                    .isEqualTo(200);
            await("the later attempt, and what the erasure itself led to")
                    .atMost(LONG)
                    .untilAsserted(() -> assertThat(attempts(client, pending)).isEqualTo(2));
            assertThat(received)
                    .filteredOn(one -> one.path().equals(FAILING) && one.body().contains("access.granted"))
                    .hasSize(2)
                    .last()
                    .satisfies(again -> assertThat(again.body()).contains(person));
            Map<String, String> later = new TreeMap<>();
            for (Received one : received.subList(before, received.size())) later.put(one.toString(), one.body());
            assertThat(later).isNotEmpty();
            assertThat(telling(later)).isEmpty();
            assertThat(telling(deliveries(client))).isEmpty();
            assertThat(telling(tables(data))).isEmpty();
            assertThat(shop.stop()).isZero();
        } finally {
            answering.countDown();
            receiver.stop(0);
        }
        assertThat(telling(Map.of("log", Files.readString(data.resolve("logs/tillstream.log")))))
                .isEmpty();
    }

    /** What a receiver got. */
    private record Received(String path, String body) {}

    /** Answers with what it got: by success, by failure, or by success when it is let. */
    private static HttpServer echoing(List<Received> received, CountDownLatch answering) throws IOException {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            received.add(new Received(path, new String(body, UTF_8)));
            if (path.equals(SLOW)) awaitQuietly(answering);
            exchange.sendResponseHeaders(path.equals(FAILING) ? 500 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        receiver.start();
        return receiver;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String logs(Client client, String... session) throws Exception {
        return client.send("GET", LOGS + "?limit=100", null, session).raw().body();
    }

    private static List<String> statuses(Client client) throws Exception {
        return client.get(LOGS + "?limit=100&event_type=access.granted")
                .data()
                .valueStream()
                .map(row -> row.path("status").asString())
                .toList();
    }

    private static int attempts(Client client, String delivery) throws Exception {
        return client.get(LOGS + "/" + delivery).data().path("attempts").size();
    }

    /** The log, and each delivery with the answers to its attempts. */
    private static Map<String, String> deliveries(Client client) throws Exception {
        Answered list = client.get(LOGS + "?limit=100");
        Map<String, String> shown = new TreeMap<>(Map.of("all", list.raw().body()));
        for (JsonNode row : list.data()) {
            String path = LOGS + "/" + row.path("id").asString();
            Answered one = client.get(path);
            assertThat(one.status()).isEqualTo(200);
            shown.put(path, one.raw().body());
        }
        return shown;
    }

    /** What else is asked about the person, of which some is refused and some fails. */
    private static void refusals(Client client, Path data, String person, String access) throws Exception {
        String url = USERS + "/" + person + "/access";
        List<Integer> answered = new ArrayList<>();
        answered.add(client.post(USERS, body(EMAIL.toUpperCase(Locale.ROOT))).status());
        answered.add(client.post(USERS, body(EMAIL), "Idempotency-Key", "registered-once")
                .status());
        answered.add(client.post(USERS, body(EMAIL + "x"), "Idempotency-Key", "registered-once")
                .status());
        answered.add(client.post(USERS, body(EMAIL).replace("}", "")).status());
        answered.add(
                client.post(USERS, body(EMAIL).replace("\"" + NAME + "\"", "5")).status());
        answered.add(client.post(USERS, body("no address: " + EMAIL)).status());
        answered.add(client.post(url, body(EMAIL)).status());
        answered.add(client.send("PATCH", url + "/" + access, "{\"extend_days\": \"" + EMAIL + "\"}")
                .status());
        answered.add(client.get(USERS + "?sort_by=" + EMAIL).status());
        answered.add(client.get(USERS + "/" + EMAIL).status());
        assertThat(answered).containsExactly(409, 201, 422, 400, 400, 400, 400, 400, 400, 400);
        for (String table : List.of("events", "claims", "idempotency_answers")) {
            execute(data, "alter table " + table + " add constraint unwritable check (false) not valid");
            Answered failed = client.post(USERS, body("another." + EMAIL), "Idempotency-Key", "failing-" + table);
            assertThat(failed.status()).as("while %s can't be written", table).isEqualTo(500);
            execute(data, "alter table " + table + " drop constraint unwritable");
        }
    }

    /** What every GET that is documented answers about all there is, today and as it was; by what was asked. */
    private static Map<String, String> everyGet(
            JsonNode openapi, Client client, String[] session, Map<String, String> ids, Instant known)
            throws Exception {
        Map<String, String> answers = new TreeMap<>();
        for (var path : openapi.path("paths").properties()) {
            if (!path.getValue().has("get")) continue;
            String asked = path.getKey()
                    .replace("{access_id}", ids.get("access"))
                    .replaceAll("/events/\\{[^}]*}", "/events/" + ids.get("events"))
                    .replaceAll("/users/\\{[^}]*}", "/users/" + ids.get("users"))
                    .replaceAll("/products/\\{[^}]*}", "/products/" + ids.get("products"))
                    .replaceAll("\\{[^}]*}", ids.get("users"));
            for (String how :
                    List.of("", "?limit=100&search=quandt", "?sort_by=email", "?as_of=" + known, "?as_of_sequence=0")) {
                Answered answered = client.send("GET", asked + how, null, session);
                assertThat(answered.status()).as(asked + how).isIn(200, 400, 404);
                answers.put(
                        asked + how,
                        answered.raw().headers().map() + answered.raw().body());
            }
        }
        return answers;
    }

    /** The live stream from the beginning of history up to an event of a type. */
    private static String stream(String base, String last) throws Exception {
        StringBuilder told = new StringBuilder();
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/api/v1/events?after=0"))
                .header("Authorization", "Bearer " + KEY)
                .header("Accept", "text/event-stream")
                .build();
        try (HttpClient http = HttpClient.newHttpClient();
                Stream<String> lines =
                        http.send(request, BodyHandlers.ofLines()).body()) {
            Iterator<String> line = lines.iterator();
            while (told.indexOf("event: " + last) < 0) told.append(line.next()).append('\n');
            http.shutdownNow();
        }
        return told.toString();
    }

    /** What is proven of an event once a head covers it. */
    private static JsonNode row(Client client, String event) {
        return await().atMost(Duration.ofMinutes(1))
                .until(() -> client.get("/api/v1/events/" + event + "/proof"), proof -> proof.status() == 200)
                .data()
                .path("row");
    }

    /** Every row of every table, with bytes as text. */
    private static Map<String, String> tables(Path data) throws Exception {
        Map<String, String> tables = new TreeMap<>();
        try (Connection owner = owner(data);
                Statement names = owner.createStatement();
                ResultSet name = names.executeQuery("select quote_ident(schemaname) || '.' || quote_ident(tablename)"
                        + " from pg_tables where schemaname not in ('pg_catalog', 'information_schema')")) {
            while (name.next()) {
                StringBuilder rows = new StringBuilder();
                try (Statement all = owner.createStatement();
                        ResultSet row = all.executeQuery("select * from " + name.getString(1))) {
                    while (row.next()) {
                        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                            Object value = row.getObject(i);
                            rows.append(value instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : value)
                                    .append(' ');
                        }
                    }
                }
                tables.put(name.getString(1), rows.toString());
            }
        }
        assertThat(tables).containsKeys("public.events", "public.person_keys", "public.idempotency_answers");
        return tables;
    }

    private static Map<String, String> documents(Path data) {
        Map<String, String> collections = new TreeMap<>();
        try (Stores stores = RunningShop.on(data).stores(Arguments.of(List.of(), Set.of(), Map.of()))) {
            MongoDatabase database = stores.mongodb();
            for (String name : database.listCollectionNames())
                collections.put(
                        name,
                        database.getCollection(name)
                                .find()
                                .map(Document::toJson)
                                .into(new ArrayList<>())
                                .toString());
        }
        return collections;
    }

    /** Logs, and all that the servers keep: but for the topic, and for what the document store has written over since. */
    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (name.startsWith("data/kafka/") || name.startsWith("data/mongodb/")) continue;
                files.put(name, new String(Files.readAllBytes(file), ISO_8859_1));
            }
        }
        assertThat(files).hasSizeGreaterThan(100).containsKeys("said", "data/logs/tillstream.log");
        return files;
    }

    /** Those that tell who it was. */
    private static List<String> telling(Map<String, String> texts) {
        return texts.entrySet().stream()
                .filter(text -> {
                    String folded = text.getValue().toLowerCase(Locale.ROOT);
                    return TELLING.stream().anyMatch(folded::contains);
                })
                .map(Map.Entry::getKey)
                .toList();
    }

    private static String[] signedIn(Client client, String base) throws Exception {
        Answered login =
                client.post("/api/auth/login", "{\"email\": \"" + ADMIN + "\", \"password\": \"" + PASSWORD + "\"}");
        assertThat(login.status()).isEqualTo(200);
        String cookie = String.valueOf(login.header("Set-Cookie"));
        return new String[] {"Cookie", cookie.substring(0, cookie.indexOf(';')), "Origin", base};
    }

    private static String made(Answered answered) {
        assertThat(answered.status()).as(answered.raw().body()).isEqualTo(201);
        return answered.data().path("id").asString();
    }

    private static String body(String email) {
        return "{\"email\": \"" + email + "\", \"name\": \"" + NAME + "\"}";
    }

    private static void execute(Path data, String sql) throws Exception {
        try (Connection owner = owner(data);
                Statement statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection owner(Path data) throws IOException, SQLException {
        Properties ports = new Properties();
        try (var file = Files.newBufferedReader(data.resolve("ports"))) {
            ports.load(file);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + ports.getProperty("postgres") + "/tillstream",
                "tillstream",
                Files.readString(data.resolve("postgres/password")).strip());
    }

    private RunningProcess up(Map<String, String> settings, int port, Path data) throws IOException {
        return RunningProcess.start(
                folder.resolve("said"),
                Tillstream.class,
                settings,
                "up",
                "--port",
                Integer.toString(port),
                "--data",
                data.toString());
    }
}
