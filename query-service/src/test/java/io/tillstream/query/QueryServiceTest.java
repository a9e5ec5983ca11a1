package io.tillstream.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.MongoServer;
import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.http.consistency.ReadModel;
import io.tillstream.http.session.Sessions;
import io.tillstream.http.text.Sha256;
import io.tillstream.query.platform.Replays;
import io.tillstream.query.platform.TestLog;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

/** The service by itself, over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueryServiceTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final UUID ADMIN = UUID.randomUUID();

    private final TestLog log = new TestLog();
    private final MongoServer mongo = MongoServer.start(Servers.temporary().newFolder(), 0);
    private ConfigurableApplicationContext service;
    private WebTestClient admin;

    @BeforeAll
    void start() {
        service = QueryServices.start(log, mongo);
        String token = service.getBean(Sessions.class).create(ADMIN, "tester");
        admin = client().mutate().defaultCookie(Sessions.COOKIE, token).build();
        await().atMost(LONG).until(() -> !service.getBean(ReadModel.class).degraded());
    }

    private String base() {
        return QueryServices.url(service);
    }

    private WebTestClient client() {
        return WebTestClient.bindToServer()
                .baseUrl(base())
                .responseTimeout(LONG)
                .build();
    }

    @AfterAll
    void stop() {
        SpringApplication.exit(service);
        mongo.stop();
        log.close();
    }

    @Test
    void showsAWriteToWhoeverBringsItsToken() {
        for (int i = 0; i < 20; i++) {
            EntityExchangeResult<byte[]> shown = withItsToken(log.tag("tag-" + i));
            assertThat(shown.getStatus().value()).isEqualTo(200);
            assertThat(shown.getResponseHeaders().getFirst("ETag")).isEqualTo("\"0\"");
            assertThat(EventJson.STORED
                            .readTree(shown.getResponseBody())
                            .at("/data/name")
                            .asString())
                    .isEqualTo("tag-" + i);
        }
        admin.get()
                .uri("/api/v1/tags?limit=3&sort_by=name&sort_order=asc&search=TAG-1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.data.length()")
                .isEqualTo(3)
                .jsonPath("$.pagination.total")
                .isEqualTo(11)
                .jsonPath("$.pagination.has_more")
                .isEqualTo(true);
    }

    /** The first answer that doesn't say that it is stale: on a busy machine that may be another one than the first of all. */
    private EntityExchangeResult<byte[]> withItsToken(UUID tag) {
        return await().pollDelay(Duration.ZERO)
                .atMost(LONG)
                .until(
                        () -> admin.get()
                                .uri("/api/v1/tags/{id}", tag)
                                .header("X-Consistency-Token", Long.toString(log.last()))
                                .exchange()
                                .expectBody()
                                .returnResult(),
                        answer -> answer.getResponseHeaders().getFirst("X-Tillstream-Stale") == null);
    }

    @Test
    void showsThePastFromTheStoreWithoutWaitingForTheReadModel() {
        UUID tag = UUID.randomUUID();
        Instant at = Instant.parse("2020-02-29T12:00:00Z");
        log.publishOf("tag", Mode.LIVE, new TagCreated(tag, at, "Red", "red"));
        log.publishOf("tag", Mode.LIVE, new TagChanged(tag, at.plusSeconds(1), "Crimson", "red"));
        past("/api/v1/tags/{id}/history", tag)
                .expectStatus()
                .isOk()
                .expectHeader()
                .doesNotExist("X-Tillstream-Stale")
                .expectBody()
                .jsonPath("$.data.length()")
                .isEqualTo(2)
                .jsonPath("$.data[0].changes.name.before")
                .isEqualTo("Red")
                .jsonPath("$.data[0].changes.name.after")
                .isEqualTo("Crimson")
                .jsonPath("$.data[0].changes.slug")
                .doesNotExist();
        for (String instant :
                List.of("as_of=2020-02-29T12:00:00.999Z", "as_of=2020-02-29T13:00:00%2B01:00", "as_of_sequence=0"))
            past("/api/v1/tags/{id}?" + instant, tag)
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .doesNotExist("X-Tillstream-Stale")
                    .expectHeader()
                    .valueEquals("X-As-Of-Sequence", "0")
                    .expectHeader()
                    .exists("X-As-Of")
                    .expectBody()
                    .jsonPath("$.data.name")
                    .isEqualTo("Red");
    }

    /** A read that would wait in vain, if it waited. */
    private WebTestClient.ResponseSpec past(String uri, UUID id) {
        return admin.get()
                .uri(URI.create(base() + uri.replace("{id}", id.toString())))
                .header("X-Consistency-Token", "999999999999")
                .exchange();
    }

    @Test
    void refusesAPastThatCannotBe() {
        UUID tag = UUID.randomUUID();
        log.publishOf("tag", Mode.LIVE, new TagCreated(tag, Instant.parse("2020-02-29T12:00:00Z"), "Red", "red"));
        Map.of(
                        "as_of=", "as_of",
                        "as_of=yesterday", "as_of",
                        "as_of=2020-02-30T12:00:00Z", "as_of",
                        "as_of=2020-02-29T13:00:00+01:00", "as_of",
                        "as_of=2999-01-01T00:00:00Z", "as_of",
                        "as_of=2020-02-29T12:00:00Z&as_of_sequence=0", "as_of",
                        "as_of_sequence=-1", "as_of_sequence",
                        "as_of_sequence=0x1", "as_of_sequence",
                        "as_of_sequence=99999999999999999999", "as_of_sequence",
                        "as_of_sequence=1", "as_of_sequence")
                .forEach((query, field) -> past("/api/v1/tags/{id}?" + query, tag)
                        .expectStatus()
                        .isBadRequest()
                        .expectBody()
                        .jsonPath("$.error.code")
                        .isEqualTo("INVALID_INPUT")
                        .jsonPath("$.error.details." + field)
                        .exists());
        past("/api/v1/tags/{id}?as_of=2020-02-29T11:59:59.999Z", tag)
                .expectStatus()
                .isNotFound();
        past("/api/v1/tags/{id}?as_of_sequence=1", UUID.randomUUID())
                .expectStatus()
                .isNotFound();
        past("/api/v1/tags/{id}/history?cursor=forged", tag).expectStatus().isBadRequest();
        past("/api/v1/tags/{id}/history?sort_by=created_at", tag).expectStatus().isBadRequest();
        past("/api/v1/tags/{id}/history", UUID.randomUUID()).expectStatus().isNotFound();
        client().get()
                .uri("/api/v1/tags/{id}/history", tag)
                .exchange()
                .expectStatus()
                .isUnauthorized();
    }

    @Test
    void saysThatItIsReady() {
        await().atMost(LONG)
                .untilAsserted(() -> client().get()
                        .uri("/actuator/health")
                        .exchange()
                        .expectStatus()
                        .isOk());
    }

    @Test
    void saysThatTheReadStoreIsAwayAndComesBack() {
        mongo.stop();
        admin.get().uri("/api/v1/tags").exchange().expectStatus().isEqualTo(503);
        admin.get().uri("/api/v1/api-keys").exchange().expectStatus().isEqualTo(503);
        mongo.start();
        UUID tag = log.tag("later");
        await().atMost(LONG)
                .untilAsserted(() -> admin.get()
                        .uri("/api/v1/tags/{id}", tag)
                        .exchange()
                        .expectStatus()
                        .isOk());
    }

    @Test
    void parksADocumentThatCannotDigestAnEventUntilAReplayAfterTheMending() {
        UUID tag = log.tag("parked");
        log.appendUnheardOf(new TagChanged(tag, Instant.parse("2020-03-01T10:00:00Z"), "Mended", "mended"));
        long unheardOf = log.last();
        UUID other = log.tag("beside");
        await().atMost(LONG).untilAsserted(() -> assertThat(staleness(tag)).isEqualTo("true"));
        await().atMost(LONG).untilAsserted(() -> assertThat(staleness(other)).isNull());
        await().atMost(LONG).untilAsserted(() -> health("$.components.projections.details.parked", 1));

        // say, by the version that knows the event
        log.jdbc
                .sql("update events set type = 'tag.changed' where position = :position")
                .param("position", unheardOf)
                .update();
        assertThat(staleness(tag)).isEqualTo("true");
        asAdmin("POST", "/api/v1/replays", "{\"projections\": [\"tag\"]}")
                .expectStatus()
                .isAccepted();
        await().atMost(LONG).untilAsserted(() -> assertThat(staleness(tag)).isNull());
        admin.get()
                .uri("/api/v1/tags/{id}", tag)
                .exchange()
                .expectBody()
                .jsonPath("$.data.name")
                .isEqualTo("Mended");
        await().atMost(LONG).untilAsserted(() -> health("$.components.projections.details.parked", 0));
    }

    /** Of the single read of a tag that is there. */
    private @Nullable String staleness(UUID tag) {
        return admin.get()
                .uri("/api/v1/tags/{id}", tag)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseHeaders()
                .getFirst("X-Tillstream-Stale");
    }

    private void health(String path, int expected) {
        client().get()
                .uri("/actuator/health")
                .exchange()
                .expectBody()
                .jsonPath(path)
                .isEqualTo(expected);
    }

    @Test
    void buildsAReadModelAnew() {
        UUID tag = log.tag("replayed");
        ReadModel reads = service.getBean(ReadModel.class);
        await().atMost(LONG).until(() -> reads.position() >= log.last());
        Object shown = reads.shown();
        assertThat(reads.shown()).isEqualTo(shown);
        String[] id = new String[1];
        asAdmin("POST", "/api/v1/replays", "{\"projections\": [\"tag\"]}")
                .expectStatus()
                .isAccepted()
                .expectBody()
                .jsonPath("$.data.replays.length()")
                .isEqualTo(1)
                .jsonPath("$.data.replays[0].projection")
                .isEqualTo("tag")
                .jsonPath("$.data.replays[0].requested_by")
                .isEqualTo("admin:" + ADMIN)
                .jsonPath("$.data.replays[0].id")
                .value(String.class, value -> id[0] = value);
        await().atMost(LONG)
                .untilAsserted(() -> asAdmin("GET", "/api/v1/replays/" + id[0], "")
                        .expectStatus()
                        .isOk()
                        .expectBody()
                        .jsonPath("$.data.status")
                        .isEqualTo("done"));
        assertThat(reads.shown()).as("for answers that are kept").isNotEqualTo(shown);
        admin.get().uri("/api/v1/tags/{id}", tag).exchange().expectStatus().isOk();
        asAdmin("GET", "/api/v1/replays?limit=1", "")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.data[0].id")
                .isEqualTo(id[0]);
        asAdmin("DELETE", "/api/v1/replays/" + id[0], "").expectStatus().isEqualTo(409);
        asAdmin("DELETE", "/api/v1/replays/" + UUID.randomUUID(), "")
                .expectStatus()
                .isNotFound();
        asAdmin("GET", "/api/v1/replays/" + UUID.randomUUID(), "")
                .expectStatus()
                .isNotFound();
    }

    @Test
    void asksForNoOtherReplayWhereARequestIsRepeated() {
        String body = "{\"projections\": [\"tag\"]}";
        String key = "once-" + UUID.randomUUID();
        String first = repeatable(key, body)
                .expectStatus()
                .isAccepted()
                .expectHeader()
                .doesNotExist("Idempotent-Replayed")
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        await("the replay is over")
                .atMost(LONG)
                .until(() -> service.getBean(Replays.class).active().isEmpty());
        repeatable(key, body)
                .expectStatus()
                .isAccepted()
                .expectHeader()
                .valueEquals("Idempotent-Replayed", "true")
                .expectBody(String.class)
                .isEqualTo(first);
        assertThat(service.getBean(Replays.class).active()).isEmpty();
        repeatable(key, "{}")
                .expectStatus()
                .isEqualTo(422)
                .expectBody()
                .jsonPath("$.error.code")
                .isEqualTo("IDEMPOTENCY_KEY_REUSED");
    }

    private WebTestClient.ResponseSpec repeatable(String key, String body) {
        return admin.post()
                .uri("/api/v1/replays")
                .header("Origin", QueryServices.url(service))
                .header("Idempotency-Key", key)
                .bodyValue(body)
                .exchange();
    }

    @Test
    void refusesReplaysOfWhatThereIsNot() {
        asAdmin("POST", "/api/v1/replays", "{\"projections\": [\"tag\", \"orders\"]}")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error.details.projections[0]")
                .value(
                        String.class,
                        rule -> assertThat(rule).contains("access, api_key, category, customer, product, tag"));
        asAdmin("POST", "/api/v1/replays", "{\"projections\": []}")
                .expectStatus()
                .isBadRequest();
        asAdmin("POST", "/api/v1/replays", "{\"projection\": \"tag\"}")
                .expectStatus()
                .isBadRequest();
        client().post().uri("/api/v1/replays").exchange().expectStatus().isUnauthorized();
    }

    private WebTestClient.ResponseSpec asAdmin(String method, String path, String body) {
        return admin.method(HttpMethod.valueOf(method))
                .uri(path)
                .header("Origin", QueryServices.url(service))
                .bodyValue(body)
                .exchange();
    }

    @Test
    void countsTheUseOfAKey() {
        String key = "sf_test_" + "0a".repeat(32);
        UUID id = UUID.randomUUID();
        Instant at = Instant.parse("2020-04-01T10:00:00Z");
        log.publishOf(
                "api_key",
                Mode.SHOP,
                new ApiKeyCreated(
                        id,
                        at,
                        ADMIN,
                        "CI",
                        key.substring(0, 12),
                        Sha256.hex(key),
                        Mode.TEST,
                        List.of("products:read"),
                        60,
                        null,
                        null));
        log.jdbc
                .sql(
                        "insert into credentials (id, hash, name, mode, scopes, limit_per_minute, active, expires_at, changed)"
                                + " values (:id, :hash, 'CI', 'test', '{products:read}', 60, true, null, pg_current_xact_id())")
                .param("id", id)
                .param("hash", Sha256.hex(key))
                .update();
        for (int i = 0; i < 3; i++)
            client().get()
                    .uri("/api/v1/tags")
                    .header("X-API-Key", key)
                    .exchange()
                    .expectStatus()
                    .isOk();
        for (String outOfScope : List.of("/api/v1/users", "/api/v1/users/" + id + "/history"))
            client().get()
                    .uri(outOfScope)
                    .header("X-API-Key", key)
                    .exchange()
                    .expectStatus()
                    .isForbidden();
        await().atMost(LONG)
                .untilAsserted(() -> admin.get()
                        .uri("/api/v1/api-keys/{id}", id)
                        .exchange()
                        .expectStatus()
                        .isOk()
                        .expectBody()
                        .jsonPath("$.data.usage_count")
                        .isEqualTo(5)
                        .jsonPath("$.data.last_used_at")
                        .isNotEmpty());
        admin.get()
                .uri("/api/v1/api-keys/{id}?as_of_sequence=0", id)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.data.name")
                .isEqualTo("CI")
                .jsonPath("$.data.usage_count")
                .value(value -> assertThat(value).isNull())
                .jsonPath("$.data.last_used_at")
                .value(value -> assertThat(value).isNull());
        assertThat(client().get()
                        .uri("/api/v1/api-keys")
                        .header("X-API-Key", key)
                        .exchange()
                        .returnResult(String.class)
                        .getStatus()
                        .value())
                .isEqualTo(401);
    }
}
