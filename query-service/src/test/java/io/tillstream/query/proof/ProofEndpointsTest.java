package io.tillstream.query.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tillstream.embedded.MongoServer;
import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.http.access.Scope;
import io.tillstream.http.session.Sessions;
import io.tillstream.http.text.Sha256;
import io.tillstream.query.QueryServices;
import io.tillstream.query.platform.TestLog;
import io.tillstream.store.EventLog;
import io.tillstream.store.MasterKey;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.Tail;
import io.tillstream.store.proof.GrowingTree;
import io.tillstream.store.proof.SignedHead;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Proofs over HTTP, checked by the program in {@code docs/consumer}, which shares nothing with what made them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProofEndpointsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Instant AT = Instant.parse("2026-04-01T10:00:00Z");
    private static final Path PYTHON = Path.of("/usr/bin/python3");
    private static final Path CHECKER = Path.of("..", "docs", "consumer", "verify_proof.py");
    private static final String MASTER = Base64.getEncoder().encodeToString(new byte[32]);
    private static final String KEY = "sf_live_" + "0b".repeat(32);

    @TempDir
    private Path folder;

    private final TestLog log = new TestLog();
    private final MongoServer mongo = MongoServer.start(Servers.temporary().newFolder(), 0);
    private final List<SignedHead> heads = new ArrayList<>();
    private ConfigurableApplicationContext service;
    private String url;
    private WebTestClient admin;

    @BeforeAll
    void start() throws SQLException {
        service = QueryServices.start(log, mongo);
        url = QueryServices.url(service);
        String token = service.getBean(Sessions.class).create(UUID.randomUUID(), "tester");
        admin = client().mutate().defaultCookie(Sessions.COOKIE, token).build();
        log.jdbc
                .sql(
                        "insert into credentials (id, hash, name, mode, scopes, limit_per_minute, active, expires_at, changed)"
                                + " values (:id, :hash, 'Auditor', 'live', :scopes, null, true, null, pg_current_xact_id())")
                .param("id", UUID.randomUUID())
                .param("hash", Sha256.hex(KEY))
                .param("scopes", Scope.ALL.stream().map(Scope::wire).toArray(String[]::new))
                .update();
        // blocks, and parts of them
        for (int size : List.of(1, 5, 249, 1, 256, 188)) {
            for (int i = 0; i < size; i++) append(Mode.LIVE, "Grün-" + i);
            heads.add(sign());
        }
    }

    private WebTestClient client() {
        return WebTestClient.bindToServer().baseUrl(url).responseTimeout(LONG).build();
    }

    @AfterAll
    void stop() {
        SpringApplication.exit(service);
        mongo.stop();
        log.close();
    }

    @Test
    void provesEventsToAProgramOfAnotherLanguage() throws IOException, InterruptedException {
        for (int index : List.of(0, 1, 5, 254, 255, 256, 511, 512, 699)) {
            JsonNode proof = data("/api/v1/events/" + eventId(index) + "/proof");
            assertThat(proof.path("leaf_index").longValue()).isEqualTo(index);
            Path file = write(proof);
            assertChecks(0, file.toString());
            assertThat(proof.at("/row/payload").stringValue()).contains("Grün");
        }
        // as its readers call it: by the address, with a key
        String address = url + "/api/v1/events/" + eventId(3) + "/proof";
        assertThat(assertChecks(0, address, "--key", heads.getLast().keyId()))
                .contains("ok    event " + eventId(3) + " at position 4 is in it");
        assertChecks(1, address, "--key", "00".repeat(32));
    }

    @Test
    void theFewLinesOfTheDocumentationDoAsWell() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PYTHON), "there is no " + PYTHON);
        String page = Files.readString(Path.of("..", "docs", "proofs.md"));
        String lines = page.substring(page.indexOf("```python") + 9);
        Path program = Files.writeString(folder.resolve("lines.py"), lines.substring(0, lines.indexOf("```")));
        for (int index : List.of(0, 3, 254, 255, 511, 600, 699)) {
            ObjectNode answer = (ObjectNode) page("/api/v1/events/" + eventId(index) + "/proof");
            assertThat(said(program, answer)).isEqualTo("True\n");
            answer.withObject("/data/row").put("payload", "{}");
            assertThat(said(program, answer)).isEqualTo("False\n");
        }
    }

    private String said(Path program, JsonNode answer) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(PYTHON.toString(), program.toString())
                .redirectErrorStream(true)
                .redirectInput(write(answer).toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return said;
    }

    @Test
    void whatWasTamperedWithIsRefused() throws IOException, InterruptedException {
        ObjectNode proof = (ObjectNode) data("/api/v1/events/" + eventId(300) + "/proof");
        List<ObjectNode> tampered = new ArrayList<>();
        ObjectNode row = (ObjectNode) proof.path("row");
        for (String column : row.propertyNames()) {
            ObjectNode other = proof.deepCopy();
            JsonNode value = row.path(column);
            if (value.isNumber()) other.withObject("/row").put(column, value.longValue() + 1);
            else other.withObject("/row").put(column, value.stringValue() + " ");
            tampered.add(other);
        }
        tampered.add(proof.deepCopy().put("leaf_index", 301));
        tampered.add(proof.deepCopy().put("tree_size", 699));
        for (int i = 0; i < proof.path("inclusion").size(); i++) {
            ObjectNode other = proof.deepCopy();
            ((ArrayNode) other.path("inclusion")).set(i, "00".repeat(32));
            tampered.add(other);
        }
        ObjectNode shorter = proof.deepCopy();
        ((ArrayNode) shorter.path("inclusion")).remove(0);
        tampered.add(shorter);
        ObjectNode head = (ObjectNode) proof.path("head");
        for (String field : List.of("root", "signature", "public_key", "key_id")) {
            ObjectNode other = proof.deepCopy();
            String hex = head.path(field).stringValue();
            other.withObject("/head").put(field, hex.substring(0, hex.length() - 1) + (hex.endsWith("0") ? "1" : "0"));
            tampered.add(other);
        }
        ObjectNode older = proof.deepCopy();
        older.withObject("/head").put("time", "2026-04-01T10:00:00.001Z");
        tampered.add(older);
        for (ObjectNode other : tampered) assertChecks(1, write(other).toString());
        assertChecks(0, write(proof).toString());
    }

    @Test
    void headsLeadBackToTheOnesBefore() throws IOException, InterruptedException {
        JsonNode newest = page("/api/v1/events/heads?limit=4");
        assertThat(newest.path("data")
                        .valueStream()
                        .map(head -> head.path("size").longValue()))
                .containsExactly(700L, 512L, 256L, 255L);
        assertThat(newest.path("data")
                        .valueStream()
                        .map(head -> head.path("previous_size").longValue()))
                .containsExactly(512L, 256L, 255L, 6L);
        JsonNode rest = page("/api/v1/events/heads?limit=4&cursor="
                + newest.at("/pagination/next_cursor").stringValue());
        assertThat(rest.path("data").valueStream().map(head -> head.path("size").longValue()))
                .containsExactly(6L, 1L);
        assertThat(rest.at("/data/1/previous_size").longValue()).isZero();
        assertThat(rest.at("/data/1/consistency").size()).isZero();
        assertThat(rest.at("/pagination/has_more").booleanValue()).isFalse();
        JsonNode oldest = page("/api/v1/events/heads?limit=2&sort_order=asc");
        JsonNode next = page("/api/v1/events/heads?limit=4&sort_order=asc&cursor="
                + oldest.at("/pagination/next_cursor").stringValue());
        assertThat(next.path("data")
                        .valueStream()
                        .map(head -> head.path("previous_size").longValue()))
                .containsExactly(6L, 255L, 256L, 512L);

        JsonNode all = data("/api/v1/events/heads?limit=100");
        assertThat(assertChecks(0, write(all).toString())).contains("its history begins with that of the head of 512");
        ((ArrayNode) all.path(0).path("consistency")).set(0, "00".repeat(32));
        assertChecks(1, write(all).toString());
    }

    @Test
    void aHeadThatWasKeptLeadsToTodays() throws IOException, InterruptedException {
        for (SignedHead head : heads) {
            Path kept = folder.resolve("kept");
            Files.writeString(kept, EventJson.CLIENT.writeValueAsString(head) + "\n");
            String address = url + "/api/v1/events/heads?limit=1&from_size=" + head.size();
            assertChecks(0, address, "--kept", kept.toString());
            assertThat(data("/api/v1/events/heads?limit=1&from_size=" + head.size())
                            .path(0)
                            .path("previous_size")
                            .longValue())
                    .isEqualTo(head.size());
            if (head.size() == 700) continue;
            assertChecks(
                    0,
                    url + "/api/v1/events/heads?from_size=" + head.size() + "&to_size=512",
                    "--kept",
                    kept.toString());
            // a head of another history: its signature is of its own text, and its root is not ours
            SignedHead other = new SignedHead(
                    head.size(),
                    head.lastPosition(),
                    heads.getLast().root(),
                    head.time(),
                    head.keyId(),
                    head.publicKey(),
                    head.signature());
            Files.writeString(kept, EventJson.CLIENT.writeValueAsString(other));
            assertThat(assertChecks(1, address, "--kept", kept.toString()))
                    .contains("WRONG its history begins with that of the head of " + head.size());
        }
        assertThat(data("/api/v1/events/heads?from_size=701").size()).isZero();
        // sizes that no head has are fine, too
        assertThat(data("/api/v1/events/heads?from_size=300&to_size=600&limit=1")
                        .path(0)
                        .path("size")
                        .longValue())
                .isEqualTo(512);
    }

    @Test
    void anEventOfAnotherModeIsUnknownAndOneOfTheShopIsNot() throws SQLException {
        UUID test = append(Mode.TEST, "test");
        UUID shop = append(Mode.SHOP, "shop");
        sign();
        try {
            admin.get()
                    .uri("/api/v1/events/{id}/proof", test)
                    .exchange()
                    .expectStatus()
                    .isNotFound();
            admin.get()
                    .uri("/api/v1/events/{id}/proof", test)
                    .header("X-Tillstream-Mode", "test")
                    .exchange()
                    .expectStatus()
                    .isOk();
            admin.get()
                    .uri("/api/v1/events/{id}/proof", shop)
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.data.row.event_id")
                    .isEqualTo(shop.toString());
        } finally {
            forget(700);
        }
    }

    @Test
    void anEventThatNoHeadCoversYetIsWaitedForAWhile() throws Exception {
        UUID event = append(Mode.LIVE, "new");
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            admin.get()
                    .uri("/api/v1/events/{id}/proof", event)
                    .exchange()
                    .expectStatus()
                    .isEqualTo(503)
                    .expectHeader()
                    .valueEquals("Retry-After", "1")
                    .expectBody()
                    .jsonPath("$.error.code")
                    .isEqualTo("SERVICE_UNAVAILABLE")
                    .jsonPath("$.error.message")
                    .isEqualTo("No signed head covers this event yet, try again");
            var asked = pool.submit(() -> admin.get()
                    .uri("/api/v1/events/{id}/proof", event)
                    .exchange()
                    .expectStatus()
                    .isOk());
            sign();
            asked.get();
        } finally {
            forget(700);
        }
    }

    @Test
    void anEventThatWasSlippedInHasNoProof() {
        String slippedIn = UUID.randomUUID().toString();
        log.jdbc
                .sql(
                        "insert into events (position, event_id, aggregate_type, aggregate_id, sequence, type, revision, time,"
                                + " metadata, payload) overriding system value select 0, :id, aggregate_type, :id, 0, type, revision,"
                                + " time, metadata, payload from events where position = 1")
                .param("id", slippedIn)
                .update();
        try {
            admin.get()
                    .uri("/api/v1/events/{id}/proof", slippedIn)
                    .exchange()
                    .expectStatus()
                    .isNotFound()
                    .expectBody()
                    .jsonPath("$.error.message")
                    .isEqualTo("This event is not in the signed history; `tillstream verify` says more");
        } finally {
            log.jdbc.sql("delete from events where position = 0").update();
        }
    }

    @Test
    void saysWhatIsWrongWithARequest() {
        UUID event = eventId(1);
        client().get()
                .uri("/api/v1/events/{id}/proof", event)
                .exchange()
                .expectStatus()
                .isUnauthorized();
        client().get().uri("/api/v1/events/heads").exchange().expectStatus().isUnauthorized();
        admin.get()
                .uri("/api/v1/events/{id}/proof", UUID.randomUUID())
                .exchange()
                .expectStatus()
                .isNotFound();
        assertInvalid("/api/v1/events/17/proof", "Invalid id in the path: must be a UUID");
        assertInvalid(
                "/api/v1/events/heads?from_size=0", "Invalid from_size: must be a whole number of events, from 1");
        assertInvalid("/api/v1/events/heads?to_size=x", "Invalid to_size: must be a whole number of events, from 1");
        assertInvalid(
                "/api/v1/events/heads?to_size=99999999999999999999",
                "Invalid to_size: must be a whole number of events, from 1");
        assertInvalid("/api/v1/events/heads?sort_by=time", "Invalid sort_by: must be one of: size");
        assertInvalid("/api/v1/events/heads?cursor=x", "Invalid cursor");
        String narrow = "sf_live_" + "0c".repeat(32);
        log.jdbc
                .sql(
                        "insert into credentials (id, hash, name, mode, scopes, limit_per_minute, active, expires_at, changed)"
                                + " values (:id, :hash, 'Shop', 'live', '{products:read}', null, true, null, pg_current_xact_id())")
                .param("id", UUID.randomUUID())
                .param("hash", Sha256.hex(narrow))
                .update();
        for (String path : List.of("/api/v1/events/heads", "/api/v1/events/" + event + "/proof"))
            client().get()
                    .uri(path)
                    .header("X-API-Key", narrow)
                    .exchange()
                    .expectStatus()
                    .isForbidden()
                    .expectBody()
                    .jsonPath("$.error.message")
                    .isEqualTo("This API key lacks permissions: a key with every scope is needed here");
    }

    private void assertInvalid(String path, String message) {
        admin.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error.code")
                .isEqualTo("INVALID_INPUT")
                .jsonPath("$.error.message")
                .isEqualTo(message);
    }

    private UUID append(Mode mode, String name) {
        UUID tag = UUID.randomUUID();
        log.publishOf("tag", mode, new TagCreated(tag, AT, name, "slug"));
        return UUID.fromString(log.jdbc
                .sql("select event_id from events where position = :last")
                .param("last", log.last())
                .query(String.class)
                .single());
    }

    private UUID eventId(int index) {
        return UUID.fromString(log.jdbc
                .sql("select event_id from events order by position offset :index limit 1")
                .param("index", index)
                .query(String.class)
                .single());
    }

    private SignedHead sign() throws SQLException {
        var postgres = Servers.temporary().postgres();
        try (Connection session = DriverManager.getConnection(log.url, postgres.user(), postgres.password())) {
            GrowingTree tree = GrowingTree.open(session, MasterKey.of(MASTER), Clock.systemUTC());
            SignedHead newest = tree.newest();
            Tail tail = service.getBean(EventLog.class).tailFrom(newest == null ? 0 : newest.lastPosition());
            long stored = log.last();
            while (tail.position() < stored) {
                List<StoredEvent> run = tail.nextStored(1_000);
                tree.add(run);
            }
            return tree.sign();
        }
    }

    /** Takes back what a test added, so that the others find the heads that they know. */
    private void forget(long size) {
        log.jdbc
                .sql("delete from tree_heads where size > :size")
                .param("size", size)
                .update();
        log.jdbc
                .sql("delete from events where position > (select last_position from tree_heads where size = :size)")
                .param("size", size)
                .update();
    }

    private JsonNode data(String path) {
        return page(path).path("data");
    }

    private JsonNode page(String path) {
        EntityExchangeResult<byte[]> result = admin.get()
                .uri(URI.create(url + path))
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult();
        return EventJson.STORED.readTree(result.getResponseBody());
    }

    private Path write(JsonNode proof) throws IOException {
        return Files.write(folder.resolve("proof.json"), EventJson.STORED.writeValueAsBytes(proof));
    }

    /** Runs the checker; its exit status has to be this one. */
    private String assertChecks(int status, String... arguments) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PYTHON), "there is no " + PYTHON);
        List<String> command = new ArrayList<>(List.of(PYTHON.toString(), CHECKER.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(new TreeMap<>(Map.of("TILLSTREAM_API_KEY", KEY)));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(status);
        return said;
    }
}
