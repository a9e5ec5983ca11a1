package io.tillstream.query.event;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.MongoServer;
import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Metadata;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresEveryScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.session.Sessions;
import io.tillstream.http.stream.EventStream;
import io.tillstream.http.stream.Streams;
import io.tillstream.http.text.Sha256;
import io.tillstream.query.QueryServices;
import io.tillstream.query.event.StreamReader.Message;
import io.tillstream.query.platform.TestLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The feed and its stream over HTTP, on a store that is written by hand. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class EventFeedTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Instant AT = Instant.parse("2026-04-01T10:00:00Z");
    private static final UUID ADMIN = UUID.randomUUID();
    private static final UUID RED = UUID.randomUUID();
    private static final String EVERY = String.join(",", Scope.expand(List.of("*")));

    private final TestLog log = new TestLog();
    private final MongoServer mongo = MongoServer.start(Servers.temporary().newFolder(), 0);
    private final HttpClient http = HttpClient.newHttpClient();
    private final TransactionTemplate transaction =
            new TransactionTemplate(new JdbcTransactionManager(new DriverManagerDataSource(
                    log.url,
                    Servers.temporary().postgres().user(),
                    Servers.temporary().postgres().password())));
    private ConfigurableApplicationContext service;
    private String session;
    private String liveKey;
    private String testKey;

    /** Sends as much as anybody takes. */
    @RestController
    static class Endless {
        static final AtomicLong SENT = new AtomicLong();

        @GetMapping(path = "/api/v1/endless", produces = "text/event-stream")
        @RequiresEveryScope
        EventStream endless(Request request) {
            byte[] much = ("data: " + "x".repeat(10_000) + "\n\n").getBytes(StandardCharsets.UTF_8);
            return atMost -> {
                SENT.addAndGet(much.length);
                return much;
            };
        }
    }

    @BeforeAll
    void start() {
        for (int i = 0; i < 30; i++)
            append(
                    i % 5 == 3 ? "product.deleted" : i % 3 == 0 ? "tag.created" : "tag.changed",
                    i < 4 ? RED : UUID.randomUUID(),
                    i % 10 == 7 ? Mode.SHOP : i % 4 == 1 ? Mode.TEST : Mode.LIVE,
                    i == 2 ? "admin:" + ADMIN : "system:test",
                    "request-" + i / 2,
                    i == 8 ? "cause" : "request-" + i / 2,
                    AT.plusSeconds(i));
        service = open();
        session = newSession();
        liveKey = key(Mode.LIVE, EVERY);
        testKey = key(Mode.TEST, EVERY);
    }

    private ConfigurableApplicationContext open() {
        return QueryServices.start(log, mongo, Endless.class);
    }

    @AfterAll
    void stop() {
        SpringApplication.exit(service);
        mongo.stop();
        log.close();
    }

    // --- pages

    @Test
    void showsTheEnvelopeOfTheContract() throws Exception {
        JsonNode first = get("?limit=1", liveKey).at("/data/0");
        assertThat(List.copyOf(first.propertyNames()))
                .containsExactly(
                        "specversion",
                        "id",
                        "source",
                        "type",
                        "time",
                        "datacontenttype",
                        "dataschema",
                        "subject",
                        "aggregatetype",
                        "sequence",
                        "position",
                        "actor",
                        "requestid",
                        "correlationid",
                        "causationid",
                        "mode",
                        "data");
        assertThat(first.path("source").asString()).isEqualTo("/tillstream/mine");
        assertThat(first.path("position").asString()).isEqualTo("1");
        assertThat(first.path("time").asString()).isEqualTo("2026-04-01T10:00:00.000Z");
        assertThat(first.path("subject").asString()).isEqualTo(RED.toString());
        assertThat(first.at("/data/name").asString()).isEqualTo("named");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                              | 1,3,4,5,7,8,9,11,12,13,15,16,17,18,19,20,21,23,24,25,27,28,29",
                "after=21                        | 23,24,25,27,28,29",
                "after=0&limit=2                 | 1,3",
                "sort_order=desc&limit=3         | 29,28,27",
                "sort_order=desc&after=25        | 29,28,27",
                "type=product.deleted            | 4,9,19,24,29",
                "type=product.*&after=10         | 19,24,29",
                "type=product.*,tag.created      | 1,4,7,9,13,16,19,24,25,28,29",
                "type=tag.unheard_of             | ''",
                "aggregate_type=product          | 4,9,19,24,29",
                "aggregate_type=coupon           | ''",
                "actor=system:nobody             | ''",
                "request_id=request-3            | 7,8",
                "correlation_id=request-3        | 7,8",
                "correlation_id=cause            | 9",
                "from=2026-04-01T10:00:27Z       | 28,29",
                "to=2026-04-01T12:00:03%2B02:00  | 1,3",
                "from=2026-04-01T10:00:08Z&to=2026-04-01T10:00:11Z | 9,11",
                "type=product.*&from=2026-04-01T10:00:20Z&sort_order=desc | 29,24",
                "unknown=parameter&limit=1       | 1",
            })
    void showsWhatIsAskedFor(String query, String expected) throws Exception {
        // other tests append later events
        String whole = query
                + (query.contains("to=") ? "" : "&to=2026-04-01T11:00:00Z")
                + (query.contains("limit=") ? "" : "&limit=100");
        assertThat(positions(get("?" + whole, liveKey))).isEqualTo(numbers(expected));
    }

    @Test
    void findsByAggregateAndActor() throws Exception {
        assertThat(positions(get("?aggregate_id=" + RED, session))).containsExactly(1L, 3L, 4L);
        assertThat(positions(get("?aggregate_id=" + RED.toString().toUpperCase(java.util.Locale.ROOT), session)))
                .containsExactly(1L, 3L, 4L);
        assertThat(positions(get("?actor=admin:" + ADMIN, session))).containsExactly(3L);
    }

    @ParameterizedTest
    @CsvSource({
        "after=-1, after",
        "after=x, after",
        "after=, after",
        "type=product, type",
        "type=, type",
        "aggregate_type=a.b, aggregate_type",
        "aggregate_id=7, aggregate_id",
        "actor=me, actor",
        "request_id=, request_id",
        "correlation_id=a%20b, correlation_id",
        "from=today, from",
        "to=2026-13-01T00:00:00Z, to",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z, to",
        "sort_by=name, sort_by",
    })
    void namesAMalformedFilter(String query, String name) throws Exception {
        HttpResponse<String> answer = send("?" + query, Map.of("X-API-Key", liveKey));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/error/code").asString()).isEqualTo("INVALID_INPUT");
        assertThat(json(answer).at("/error/details").has(name)).isTrue();
        if (name.equals("sort_by")) return;
        HttpResponse<String> stream = send("?" + query, Map.of("X-API-Key", liveKey, "Accept", "text/event-stream"));
        assertThat(stream.statusCode()).isEqualTo(400);
        assertThat(json(stream)).isEqualTo(json(answer));
    }

    @Test
    void refusesWhatAStreamCannotBe() throws Exception {
        for (var wrong :
                Map.of("?cursor=x", "cursor", "?sort_order=desc", "sort_order").entrySet()) {
            HttpResponse<String> stream =
                    send(wrong.getKey(), Map.of("X-API-Key", liveKey, "Accept", "text/event-stream"));
            assertThat(stream.statusCode()).isEqualTo(400);
            assertThat(json(stream).at("/error/details").has(wrong.getValue())).isTrue();
        }
        HttpResponse<String> stream =
                send("", Map.of("X-API-Key", liveKey, "Accept", "text/event-stream", "Last-Event-ID", "abc"));
        assertThat(stream.statusCode()).isEqualTo(400);
        assertThat(json(stream).at("/error/details").has("Last-Event-ID")).isTrue();
        assertThat(send("?cursor=x", Map.of("X-API-Key", liveKey)).statusCode()).isEqualTo(400);
    }

    @Test
    void pagesByCursorsThatStayValid() throws Exception {
        List<Long> all = new ArrayList<>();
        List<String> cursors = new ArrayList<>();
        for (String direction : List.of("asc", "desc")) {
            List<Long> seen = new ArrayList<>();
            String next = "";
            do {
                JsonNode page =
                        get("?to=2026-04-01T11:00:00Z&limit=4&sort_order=" + direction + "&cursor=" + next, liveKey);
                seen.addAll(positions(page));
                assertThat(page.at("/pagination/has_more").asBoolean())
                        .isEqualTo(!page.at("/pagination/next_cursor").isNull());
                next = page.at("/pagination/next_cursor").asString("");
                if (!next.isEmpty() && direction.equals("asc")) cursors.add(next);
                append("tag.created", UUID.randomUUID(), Mode.LIVE, "system:test", "r", "r", AT.plusSeconds(9_999));
            } while (!next.isEmpty());
            if (direction.equals("asc")) all.addAll(seen);
            assertThat(seen).isEqualTo(direction.equals("asc") ? all : all.reversed());
        }
        assertThat(all).hasSize(23);
        for (int i = 0; i < cursors.size(); i++)
            assertThat(positions(get("?to=2026-04-01T11:00:00Z&limit=4&cursor=" + cursors.get(i), liveKey)))
                    .isEqualTo(all.subList(4 * i + 4, Math.min(4 * i + 8, all.size())));
        assertThat(send("?sort_order=desc&cursor=" + cursors.getFirst(), Map.of("X-API-Key", liveKey))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void showsTheCallersModeAndTheShop() throws Exception {
        List<Long> shop = List.of(8L, 18L, 28L);
        List<Long> test = List.of(2L, 6L, 8L, 10L, 14L, 18L, 22L, 26L, 28L, 30L);
        String whole = "?limit=100&to=2026-04-01T11:00:00Z";
        assertThat(positions(get(whole, testKey))).isEqualTo(test);
        assertThat(positions(get(whole, liveKey))).containsAll(shop).doesNotContain(2L, 6L);
        assertThat(positions(get(whole, session))).isEqualTo(positions(get(whole, liveKey)));
        assertThat(positions(json(send(whole, with(session, Map.of("X-Tillstream-Mode", "test"))))))
                .isEqualTo(test);
    }

    @Test
    void isForSessionsAndKeysWithEveryScope() throws Exception {
        assertThat(send("", Map.of()).statusCode()).isEqualTo(401);
        List<String> allButOne = new ArrayList<>(Scope.expand(List.of("*")));
        allButOne.remove("system:read");
        String key = key(Mode.LIVE, String.join(",", allButOne));
        assertThat(send("", Map.of("X-API-Key", key)).statusCode()).isEqualTo(403);
        assertThat(send("", Map.of("X-API-Key", key, "Accept", "text/event-stream"))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void showsAWriteAtOnce() throws Exception {
        for (int i = 0; i < 30; i++) {
            long written = append();
            assertThat(positions(get("?sort_order=desc&limit=1", liveKey))).containsExactly(written);
        }
    }

    @Test
    void neverPassesWhatMayStillAppear() throws Exception {
        long before = append();
        long[] later = new long[1];
        transaction.executeWithoutResult(status -> {
            // a connection of its own, for as long as this takes
            long open = appendHere();
            later[0] = append();
            try {
                assertThat(positions(get("?after=" + (before - 1), liveKey))).containsExactly(before);
                assertThat(positions(get("?sort_order=desc&limit=1", liveKey))).containsExactly(before);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            assertThat(open).isBetween(before, later[0]);
        });
        assertThat(positions(get("?after=" + before, liveKey))).containsExactly(later[0] - 1, later[0]);
    }

    @Test
    void showsAnEventThatCannotBeReadWithoutItsData() throws Exception {
        long broken = append();
        append();
        log.jdbc
                .sql("update events set payload = '{\"name\":' where position = :broken")
                .param("broken", broken)
                .update();
        JsonNode page = get("?after=" + (broken - 1), liveKey);
        assertThat(positions(page)).containsExactly(broken, broken + 1);
        assertThat(page.at("/data/0/data").isNull()).isTrue();
        assertThat(page.at("/data/0/unreadable").asString()).isEqualTo("payload");
        assertThat(page.at("/data/1").has("unreadable")).isFalse();
    }

    // --- the stream

    @Test
    void streamsWhatThePagesShow() throws Exception {
        try (StreamReader stream = stream("?after=0&type=product.*", Map.of("X-API-Key", liveKey))) {
            assertThat(stream.response.statusCode()).isEqualTo(200);
            assertThat(stream.response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            assertThat(stream.response.headers().firstValue("X-Request-Id")).isPresent();
            assertThat(stream.response.headers().firstValue("Cache-Control"))
                    .hasValueSatisfying(value -> assertThat(value).contains("no-store"));
            for (JsonNode event : get("?type=product.*", liveKey).path("data")) {
                Message message = requireNonNull(stream.next());
                assertThat(message.id()).isEqualTo(event.path("position").asString());
                assertThat(message.event()).isEqualTo(event.path("type").asString());
                assertThat(message.data()).isEqualTo(event.toString());
            }
        }
    }

    @Test
    void startsFromNowAndGoesOnWhereItWasCut() throws Exception {
        long before = append();
        String had;
        try (StreamReader stream = stream("", Map.of("X-API-Key", liveKey))) {
            Message start = requireNonNull(stream.next());
            assertThat(start).isEqualTo(new Message(Long.toString(before), "", ""));
            long next = append();
            assertThat(requireNonNull(stream.next()).id()).isEqualTo(Long.toString(next));
            had = Long.toString(next);
        }
        long missed = append();
        // a browser sends the same address again, and what it has had
        try (StreamReader stream = stream("?after=0", Map.of("X-API-Key", liveKey, "Last-Event-ID", had))) {
            assertThat(requireNonNull(stream.next()).id()).isEqualTo(Long.toString(missed));
            assertThat(stream.quiet()).isTrue();
        }
    }

    @Test
    void showsTheStreamsOwnModeOnly() throws Exception {
        long from = append();
        try (StreamReader stream = stream("?after=" + from, Map.of("X-API-Key", testKey))) {
            append();
            long own =
                    append("tag.created", UUID.randomUUID(), Mode.TEST, "system:test", "r", "r", AT.plusSeconds(5_000));
            long shop =
                    append("tag.created", UUID.randomUUID(), Mode.SHOP, "system:test", "r", "r", AT.plusSeconds(5_000));
            assertThat(requireNonNull(stream.next()).id()).isEqualTo(Long.toString(own));
            assertThat(requireNonNull(stream.next()).id()).isEqualTo(Long.toString(shop));
        }
    }

    @Test
    void endsWithItsKey() throws Exception {
        for (String change : List.of("active = false", "expires_at = now()", "scopes = '{products:read}'")) {
            String key = key(Mode.LIVE, EVERY);
            try (StreamReader stream = stream("", Map.of("X-API-Key", key))) {
                requireNonNull(stream.next());
                log.jdbc
                        .sql("update credentials set " + change + ", changed = pg_current_xact_id() where hash = :hash")
                        .param("hash", Sha256.hex(key))
                        .update();
                assertThat(stream.ends()).as(change).isTrue();
            }
        }
    }

    @Test
    void endsWithItsSession() throws Exception {
        String mine = newSession();
        try (StreamReader stream = stream("", Map.of("Cookie", Sessions.COOKIE + "=" + mine));
                StreamReader other = stream("", with(session, Map.of()))) {
            requireNonNull(stream.next());
            requireNonNull(other.next());
            service.getBean(Sessions.class).end(mine);
            assertThat(stream.ends()).isTrue();
            long next = append();
            assertThat(requireNonNull(other.next()).id()).isEqualTo(Long.toString(next));
        }
    }

    @Test
    void refusesOneStreamTooManyOfACredential() throws Exception {
        String key = key(Mode.LIVE, EVERY);
        Map<String, String> headers = Map.of("X-API-Key", key);
        List<StreamReader> open = new ArrayList<>();
        try {
            for (int i = 0; i < Streams.MOST_OF_ONE; i++) open.add(stream("", headers));
            HttpResponse<String> refused = send("", Map.of("X-API-Key", key, "Accept", "text/event-stream"));
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(json(refused).at("/error/message").asString()).contains("20 open");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(send("", headers).statusCode()).isEqualTo(200);
        } finally {
            open.forEach(StreamReader::close);
        }
        await().atMost(LONG).untilAsserted(() -> {
            try (StreamReader again = stream("", headers)) {
                assertThat(again.response.statusCode()).isEqualTo(200);
            }
        });
    }

    @Test
    void makesNoMoreThanAClientTakes() throws Exception {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port())) {
            client.setReceiveBufferSize(64 * 1024);
            client.getOutputStream()
                    .write(
                            ("GET /api/v1/endless HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nX-API-Key: "
                                            + liveKey + "\r\n\r\n")
                                    .getBytes(StandardCharsets.UTF_8));
            AtomicLong seen = new AtomicLong(-1);
            await().atMost(LONG).pollInterval(Duration.ofSeconds(1)).until(() -> {
                long sent = Endless.SENT.get();
                return sent > 0 && seen.getAndSet(sent) == sent;
            });
            // what the sockets' buffers hold, and nothing beyond
            assertThat(Endless.SENT.get()).isLessThan(20_000_000);
        }
    }

    @Test
    void headIsNoStream() throws Exception {
        HttpResponse<String> head = http.send(
                HttpRequest.newBuilder(URI.create(base()))
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .header("Accept", "text/event-stream")
                        .header("X-API-Key", liveKey)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(head.statusCode()).isEqualTo(200);
    }

    @Test
    void endsInOrderWhenTheServiceStops() throws Exception {
        ConfigurableApplicationContext first = service;
        service = open();
        try {
            StreamReader stream = stream("", Map.of("X-API-Key", liveKey));
            requireNonNull(stream.next());
            long last = append();
            assertThat(requireNonNull(stream.next()).id()).isEqualTo(Long.toString(last));
            SpringApplication.exit(service);
            assertThat(stream.ends()).isTrue();
            stream.close();
        } finally {
            service = first;
        }
    }

    // --- the store and its client

    private long append() {
        return append("tag.created", UUID.randomUUID(), Mode.LIVE, "system:test", "r", "r", AT.plusSeconds(5_000));
    }

    private long append(
            String type, UUID aggregate, Mode mode, String actor, String request, String correlation, Instant at) {
        TransactionTemplate own = new TransactionTemplate(requireNonNull(transaction.getTransactionManager()));
        own.setPropagationBehavior(TransactionTemplate.PROPAGATION_REQUIRES_NEW);
        Long position = own.execute(status -> insert(type, aggregate, mode, actor, request, correlation, at));
        return requireNonNull(position);
    }

    /** In the transaction at hand. */
    private long appendHere() {
        return insert("tag.created", UUID.randomUUID(), Mode.LIVE, "system:test", "r", "r", AT.plusSeconds(5_000));
    }

    private long insert(
            String type, UUID aggregate, Mode mode, String actor, String request, String correlation, Instant at) {
        var jdbc = org.springframework.jdbc.core.simple.JdbcClient.create(requireNonNull(
                ((JdbcTransactionManager) requireNonNull(transaction.getTransactionManager())).getDataSource()));
        jdbc.sql("select pg_current_xact_id()::text").query(String.class).single();
        return jdbc.sql("insert into events (event_id, aggregate_type, aggregate_id, sequence, type, revision, time,"
                        + " metadata, payload) values (:event, :concept, :aggregate, (select count(*) from events where"
                        + " aggregate_id = :aggregate), :type, '1', :time, :metadata, :payload) returning position")
                .params(Map.of(
                        "event", UUID.randomUUID().toString(),
                        "concept", type.substring(0, type.indexOf('.')),
                        "aggregate", aggregate.toString(),
                        "type", type,
                        "time", EventJson.TIMESTAMP.format(at),
                        "metadata",
                                EventJson.STORED.writeValueAsString(
                                        new Metadata(actor, request, correlation, "command", mode)),
                        "payload",
                                "{\"tag_id\":\"" + aggregate + "\",\"at\":\"" + EventJson.TIMESTAMP.format(at)
                                        + "\",\"name\":\"named\",\"slug\":\"s\"}"))
                .query((rs, n) -> rs.getLong(1))
                .single();
    }

    private String newSession() {
        return service.getBean(Sessions.class).create(ADMIN, "tester");
    }

    private String key(Mode mode, String scopes) {
        String key = "sf_" + mode.wire() + "_" + Sha256.hex(UUID.randomUUID().toString());
        log.jdbc
                .sql(
                        "insert into credentials (id, hash, name, mode, scopes, limit_per_minute, active, expires_at, changed)"
                                + " values (:id, :hash, 'CI', :mode, string_to_array(:scopes, ','), 10000, true, null,"
                                + " pg_current_xact_id())")
                .params(Map.of("id", UUID.randomUUID(), "hash", Sha256.hex(key), "mode", mode.wire(), "scopes", scopes))
                .update();
        return key;
    }

    private int port() {
        return Integer.parseInt(requireNonNull(service.getEnvironment().getProperty("local.server.port")));
    }

    private String base() {
        return "http://127.0.0.1:" + port() + "/api/v1/events";
    }

    private StreamReader stream(String query, Map<String, String> headers) throws IOException, InterruptedException {
        return new StreamReader(base() + query, headers);
    }

    private static Map<String, String> with(String credential, Map<String, String> headers) {
        Map<String, String> all = new java.util.HashMap<>(headers);
        if (credential.startsWith("sf_")) all.put("X-API-Key", credential);
        else all.put("Cookie", Sessions.COOKIE + "=" + credential);
        return all;
    }

    private HttpResponse<String> send(String query, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base() + query));
        headers.forEach(request::header);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode get(String query, String credential) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(query, with(credential, Map.of()));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return EventJson.STORED.readTree(answer.body());
    }

    private static List<Long> positions(JsonNode page) {
        return page.path("data")
                .valueStream()
                .map(event -> Long.valueOf(event.path("position").asString()))
                .toList();
    }

    private static List<Long> numbers(String list) {
        return list.isEmpty()
                ? List.of()
                : LongStream.of(java.util.Arrays.stream(list.split(","))
                                .mapToLong(Long::parseLong)
                                .toArray())
                        .boxed()
                        .toList();
    }
}
