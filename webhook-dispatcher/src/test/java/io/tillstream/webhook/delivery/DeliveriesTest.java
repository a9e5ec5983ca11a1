package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.standardwebhooks.Webhook;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Unreadable;
import io.tillstream.events.webhook.WebhookEventName;
import io.tillstream.store.EventLog;
import io.tillstream.store.Tail;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import io.tillstream.webhook.delivery.Receiver.Received;
import io.tillstream.webhook.payload.Catalogue;
import io.tillstream.webhook.payload.Facts;
import io.tillstream.webhook.payload.PublicEvents;
import io.tillstream.webhook.payload.Told;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** From a command to a receiver, through the real thing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveriesTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=100ms,200ms,300ms", "tillstream.webhook.per-endpoint=4");
    private Receiver receiver = new Receiver();

    @AfterEach
    void anotherReceiver() {
        shop.deleteWebhooks();
        receiver.close();
        receiver = new Receiver();
    }

    @AfterAll
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void deliverWhatHappensSignedAndNumbered() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.*', 'user.access_granted']");
        String product = shop.product();
        String user = shop.post("/api/v1/users", "{'email': 'ada-%s@example.com'}".formatted(UUID.randomUUID()))
                .id();
        Reply access = shop.post("/api/v1/users/" + user + "/access", "{'product_id': '%s'}".formatted(product));
        assertThat(access.status()).isEqualTo(201);
        List<Received> received = received(2);

        Received created = received.getFirst();
        assertThat(created.header("x-sellf-event")).isEqualTo("product.created");
        assertThat(created.header("x-tillstream-sequence")).isEqualTo("1");
        assertThat(created.header("content-type")).isEqualTo("application/json");
        assertThat(json(created).at("/data/product/price").asInt()).isEqualTo(2900);
        assertVerified(webhook.text("secret"), created);

        Received granted = received.get(1);
        assertThat(json(granted).path("event").asString()).isEqualTo("access.granted");
        assertThat(granted.header("x-tillstream-sequence")).isEqualTo("2");
        assertThat(json(granted).at("/data/customer/email").asString()).startsWith("ada-");
        assertThat(json(granted).at("/data/customer/userId").asString()).isEqualTo(user);
        assertThat(json(granted).at("/data/access/source").asString()).isEqualTo("api");
        assertThat(json(granted).at("/data/access/expiresAt").isNull()).isTrue();
        assertVerified(webhook.text("secret"), granted);

        await().atMost(LONG)
                .until(() ->
                        logs(webhook.id()).getFirst().path("status").asString().equals("success"));
        JsonNode log = logs(webhook.id()).getFirst();
        assertThat(log.path("status").asString()).isEqualTo("success");
        assertThat(log.path("event_type").asString()).isEqualTo("access.granted");
        assertThat(log.path("http_status").asInt()).isEqualTo(200);
        assertThat(log.path("response_body").asString()).isEqualTo("ok");
        assertThat(log.path("message_id").asString()).isEqualTo(granted.header("webhook-id"));
        assertThat(log.path("payload")).isEqualTo(json(granted));
        assertThat(log.at("/endpoint/url").asString()).isEqualTo(receiver.url());
    }

    @Test
    void tellOfAccessThroughItsLifeAsTheCatalogueSays() {
        shop.webhook(receiver.url(), "'events': ['access.*', 'product.updated']");
        String product = shop.product();
        String user = shop.post("/api/v1/users", "{'email': 'eve-%s@example.com'}".formatted(UUID.randomUUID()))
                .id();
        String path = "/api/v1/users/" + user + "/access";
        String access = shop.post(path, "{'product_id': '%s', 'access_duration_days': 30}".formatted(product))
                .id();
        shop.patch(path + "/" + access, "{'extend_days': 7}");
        shop.patch(path + "/" + access, "{'access_expires_at': '2999-01-01T00:00:00Z'}");
        shop.patch(path + "/" + access, "{'access_expires_at': '2998-01-01T00:00:00Z'}"); // earlier: nobody is told
        shop.patch(path + "/" + access, "{'access_expires_at': null}");
        shop.patch("/api/v1/products/" + product, "{'is_active': false, 'description': 'Other'}");
        shop.delete(path + "/" + access);
        List<Received> received = received(7);
        assertThat(received)
                .extracting(one -> json(one).path("event").asString())
                .containsExactly(
                        "access.granted",
                        "access.extended",
                        "access.extended",
                        "access.extended",
                        "product.updated",
                        "product.updated",
                        "access.revoked");
        for (Received one : received) {
            Catalogue.Entry entry = Catalogue.of(
                    WebhookEventName.of(one.header("x-sellf-event")).orElseThrow());
            assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                            .getSchema(entry.schema())
                            .validate(json(one)))
                    .as(one.body())
                    .isEmpty();
        }
        assertThat(json(received.get(3)).at("/data/access/expiresAt").isNull()).isTrue();
        assertThat(json(received.get(3)).at("/data/access/previousExpiresAt").asString())
                .startsWith("2998-01-01");
        assertThat(json(received.get(6)).at("/data/access/revokedAt").asString())
                .isNotEmpty();
    }

    @Test
    void sayTheSameHoweverHistoryIsCutIntoRuns() {
        EventLog events = shop.bean(EventLog.class);
        Tail tail = events.tailFrom(events.highest());
        String product = shop.product();
        shop.patch("/api/v1/products/" + product, "{'price': 4900}");
        String user = shop.post("/api/v1/users", "{'email': 'ada-%s@example.com'}".formatted(UUID.randomUUID()))
                .id();
        shop.post("/api/v1/users/" + user + "/access", "{'product_id': '%s'}".formatted(product));
        shop.patch("/api/v1/products/" + product, "{'name': 'Another'}");
        List<Envelope> run = new ArrayList<>();
        await().until(() -> {
            run.addAll(tail.next(100));
            return tail.position() == events.highest();
        });
        Facts ofAll = Facts.of(run, run, events);
        List<Optional<Told>> together =
                run.stream().map(one -> PublicEvents.of(one, ofAll)).toList();
        List<Optional<Told>> eachAlone = run.stream()
                .map(one -> PublicEvents.of(one, Facts.of(List.of(one), List.of(one), events)))
                .toList();
        assertThat(together).isEqualTo(eachAlone);
        assertThat(together.stream().flatMap(Optional::stream)).hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void sayWhatCameBeforeAnEventThatCannotBeRead() {
        EventLog events = shop.bean(EventLog.class);
        Tail tail = events.tailFrom(events.highest());
        String product = shop.product();
        for (int price : List.of(3900, 4900, 5900))
            shop.patch("/api/v1/products/" + product, "{'price': %d}".formatted(price));
        List<Envelope> run = new ArrayList<>();
        await().until(() -> {
            run.addAll(tail.next(100));
            return tail.position() == events.highest();
        });
        Envelope third = run.get(2);
        run.set(
                2,
                new Envelope(
                        third.id(),
                        third.position(),
                        third.aggregateType(),
                        third.aggregateId(),
                        third.sequence(),
                        third.type(),
                        third.revision(),
                        third.time(),
                        third.metadata(),
                        new Unreadable(third.aggregateId(), third.time(), "for a test")));
        Facts facts = Facts.of(run, run, events);
        assertThat(PublicEvents.of(run.get(0), facts)).isPresent();
        assertThat(PublicEvents.of(run.get(1), facts)
                        .orElseThrow()
                        .data()
                        .path("changes")
                        .toString())
                .contains("3900");
        assertThat(PublicEvents.of(run.get(2), facts)).isEmpty();
        assertThatThrownBy(() -> PublicEvents.of(run.get(3), facts)).hasMessageContaining("no such product");
    }

    @Test
    void showWebhooksAsSoonAsTheyAreThere() {
        Reply made = shop.webhook(receiver.url(), "'events': ['product.*']", "'custom_headers': {'X-Token': 'secret'}");
        Reply shown = shop.get("/api/v1/webhooks/" + made.id());
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.text("secret")).startsWith("whsec_…");
        assertThat(shown.data().path("custom_header_names").toString()).isEqualTo("[\"X-Token\"]");
        assertThat(shop.patch("/api/v1/webhooks/" + made.id(), "{'is_active': false}")
                        .status())
                .isEqualTo(200);
        assertThat(ids(shop.get("/api/v1/webhooks?status=inactive"))).containsExactly(made.id());
        assertThat(ids(shop.get("/api/v1/webhooks?status=active"))).isEmpty();
        String second = shop.webhook(receiver.url()).id();
        Reply first = shop.get("/api/v1/webhooks?limit=1");
        assertThat(ids(first)).containsExactly(second);
        String next = first.json().at("/pagination/next_cursor").asString();
        assertThat(ids(shop.get("/api/v1/webhooks?limit=1&cursor=" + next))).containsExactly(made.id());
        assertThat(shop.get("/api/v1/webhooks/" + UUID.randomUUID()).status()).isEqualTo(404);
    }

    @Test
    void useTheEndpointsOwnHeadersFieldsAndSelection() {
        shop.webhook(
                receiver.url(),
                "'events': ['product.created']",
                "'custom_headers': {'X-Token': 'mine', 'x-sellf-EVENT': 'forged'}",
                "'custom_payload_fields': {'title': 'New: {{ product_name }}', 'timestamp': 'overwritten'}",
                "'payload_field_selection': ['nothing']");
        shop.product();
        Received received = received(1).getFirst();
        assertThat(received.header("x-token")).isEqualTo("mine");
        assertThat(received.header("x-sellf-event")).isEqualTo("product.created");
        assertThat(received.body())
                .isEqualTo("{\"event\":\"product.created\",\"timestamp\":\"overwritten\",\"data\":{},"
                        + "\"title\":\"New: Brushes\"}");
    }

    @Test
    void retryUntilTheReceiverAccepts() {
        AtomicInteger requests = new AtomicInteger();
        receiver.behave((socket, out) -> {
            boolean broken = requests.incrementAndGet() <= 2;
            Receiver.answering(broken ? 500 : 200, broken ? "broken" : "mended").answer(socket, out);
        });
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        JsonNode log = logWith(webhook.id(), "success");
        List<Received> received = receiver.received();
        assertThat(received)
                .extracting(one -> one.header("webhook-id"))
                .containsOnly(log.path("message_id").asString());
        assertThat(received)
                .extracting(Received::body)
                .containsOnly(received.getFirst().body());
        assertThat(received.getFirst().header("x-sellf-retry-attempt")).isEmpty();
        assertThat(received.get(1).header("x-sellf-retry-attempt")).isEqualTo("2");
        JsonNode attempts = shop.get("/api/v1/webhooks/logs/" + log.path("id").asString())
                .data()
                .path("attempts");
        assertThat(attempts.size()).isEqualTo(received.size());
        assertThat(attempts.get(0).path("error_message").asString()).isEqualTo("HTTP 500");
        assertThat(attempts.get(0).path("response_body").asString()).isEqualTo("broken");
    }

    @Test
    void giveUpAfterTheLastAttemptAndStartOver() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        JsonNode log = logWith(webhook.id(), "permanently_failed");
        assertThat(receiver.received()).hasSize(4);
        assertThat(log.path("attempt_count").asInt()).isEqualTo(4);
        assertThat(log.path("max_attempts").asInt()).isEqualTo(4);
        assertThat(log.path("failed_permanently_at").isNull()).isFalse();
        String path = "/api/v1/webhooks/logs/" + log.path("id").asString();
        assertThat(shop.post(path + "/force-retry", "").status()).isEqualTo(409);
        assertThat(shop.post(path + "/cancel", "").status()).isEqualTo(409);

        receiver.behave(Receiver.answering(200, "ok"));
        Reply retried = shop.post(path + "/retry", "");
        assertThat(retried.data().toString()).isEqualTo("{\"success\":true,\"http_status\":200,\"error\":null}");
        assertThat(receiver.received().getLast().header("x-sellf-retry")).isEqualTo("true");
        assertThat(receiver.received().getLast().header("webhook-id"))
                .isEqualTo(log.path("message_id").asString());
        assertThat(shop.get(path).text("status")).isEqualTo("retried");
        Reply again = shop.post(path + "/retry", "");
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.json().at("/error/message").asString()).contains("failed");
        assertThat(shop.post(path + "/replay", "").status()).isEqualTo(409);
        assertThat(shop.post(path + "/archive", "").data().toString()).isEqualTo("{\"archived\":true}");
        assertThat(shop.get(path).text("status")).isEqualTo("archived");
    }

    @Test
    void replayWhatWasGivenUp() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        JsonNode log = logWith(webhook.id(), "permanently_failed");
        receiver.behave(Receiver.answering(200, "ok"));
        String path = "/api/v1/webhooks/logs/" + log.path("id").asString();
        assertThat(shop.post(path + "/replay", "").data().toString()).isEqualTo("{\"status\":\"enqueued\"}");
        await().atMost(LONG).until(() -> shop.get(path).text("status").equals("success"));
        assertThat(shop.get(path).data().path("attempt_count").asInt()).isEqualTo(1);
        assertThat(shop.get(path).data().path("attempts").size()).isEqualTo(5);
        assertThat(receiver.received().getLast().header("x-sellf-retry-attempt"))
                .isEmpty();
    }

    @Test
    void cancelAndHurryWhatWaits() {
        receiver.behave(Receiver.answering(503, "later", "Retry-After: 3600"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        JsonNode log = logWith(webhook.id(), "pending_retry");
        String path = "/api/v1/webhooks/logs/" + log.path("id").asString();
        assertThat(shop.post(path + "/force-retry", "").data().toString()).isEqualTo("{\"status\":\"rescheduled\"}");
        await().atMost(LONG).until(() -> receiver.received().size() == 2);
        await().atMost(LONG)
                .until(() -> shop.get(path).data().path("attempt_count").asInt() == 2);
        assertThat(shop.post(path + "/cancel", "").data().toString()).isEqualTo("{\"status\":\"canceled\"}");
        assertThat(shop.get(path).text("status")).isEqualTo("permanently_failed");
    }

    @Test
    void areTriedByATestWhateverTheWebhookIsSetTo() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']", "'is_active': false");
        String path = "/api/v1/webhooks/" + webhook.id() + "/test";
        assertThat(shop.post(path, "").data().toString())
                .isEqualTo("{\"success\":true,\"http_status\":200,\"error\":null}");
        assertThat(receiver.received().getFirst().header("x-sellf-event")).isEqualTo("test.event");
        assertThat(receiver.received().getFirst().header("x-tillstream-sequence"))
                .isEmpty();
        shop.post(path, "{'event_type': 'access.granted'}");
        assertThat(json(receiver.received().get(1)).at("/data/customer/email").asString())
                .isEqualTo("ada@example.com");
        receiver.behave(receiver.stalling());
        Reply slow = shop.post(path, "");
        assertThat(slow.status()).isEqualTo(200);
        assertThat(slow.data().path("http_status").asInt()).isEqualTo(408);
        assertThat(logs(webhook.id()).getFirst().path("status").asString()).isEqualTo("permanently_failed");
        assertThat(shop.post("/api/v1/webhooks/" + UUID.randomUUID() + "/test", "")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void nameWhatIsDifferentAsTheApiDoes() {
        String category = shop.post("/api/v1/categories", "{'name': 'C', 'slug': 'c-%s'}".formatted(UUID.randomUUID()))
                .id();
        String tag = shop.post("/api/v1/tags", "{'name': 'T', 'slug': 't-%s'}".formatted(UUID.randomUUID()))
                .id();
        String part = shop.product();
        String bundle = shop.product();
        shop.webhook(receiver.url(), "'events': ['product.updated']");
        Reply changed = shop.patch(
                "/api/v1/products/" + bundle,
                "{'categories': ['%s'], 'tags': ['%s'], 'is_bundle': true, 'bundleItemIds': ['%s']}"
                        .formatted(category, tag, part));
        assertThat(changed.status()).as(changed.toString()).isEqualTo(200);
        JsonNode changes = json(received(1).getFirst()).at("/data/changes");
        assertThat(changes.propertyNames())
                .containsExactlyInAnyOrder("categories", "tags", "is_bundle", "bundleItemIds");
        assertThat(changes.at("/categories/before").isEmpty()).isTrue();
        assertThat(changes.at("/categories/after/0").asString()).isEqualTo(category);
        assertThat(changes.at("/tags/after/0").asString()).isEqualTo(tag);
        assertThat(changes.at("/bundleItemIds/after/0").asString()).isEqualTo(part);
    }

    @Test
    void reachNobodyWhoIsSwitchedOffDeletedOrOfAnotherProduct() {
        String chosen = shop.product();
        shop.webhook(receiver.url(), "'events': ['*']", "'is_active': false");
        shop.webhook(
                receiver.url(),
                "'events': ['product.updated']",
                "'product_filter_mode': 'selected'",
                "'product_ids': ['%s']".formatted(chosen));
        String other = shop.product();
        shop.patch("/api/v1/products/" + other, "{'price': 100}");
        shop.patch("/api/v1/products/" + chosen, "{'price': 3900}");
        Received only = received(1).getFirst();
        assertThat(json(only).at("/data/product/id").asString()).isEqualTo(chosen);
        assertThat(json(only).at("/data/changes/price/after").asInt()).isEqualTo(3900);
        assertThat(only.header("x-tillstream-sequence")).isEqualTo("1");
    }

    @Test
    void suspendAReceiverThatIsGoneAndSendWhatWasHeldLater() {
        receiver.behave(Receiver.answering(410, "gone"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        String path = "/api/v1/webhooks/" + webhook.id();
        await().atMost(LONG).until(() -> shop.get(path).text("suspension").contains("410"));
        assertThat(shop.get(path).data().path("is_active").asBoolean()).isFalse();
        shop.product();
        shop.product();
        await().atMost(LONG)
                .until(() -> logs(webhook.id()).stream()
                                .filter(log -> log.path("status").asString().equals("held"))
                                .count()
                        == 2);
        receiver.behave(Receiver.answering(200, "back"));
        assertThat(shop.patch(path, "{'is_active': true}")
                        .data()
                        .path("suspension")
                        .isNull())
                .isTrue();
        await().atMost(LONG).until(() -> receiver.received().size() == 3);
        assertThat(receiver.received())
                .extracting(one -> one.header("x-tillstream-sequence"))
                .containsExactlyInAnyOrder("1", "2", "3");
    }

    @Test
    void signWithBothSecretsWhileTheyRotate() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        Reply rotated = shop.post("/api/v1/webhooks/" + webhook.id() + "/rotate-secret", "");
        shop.product();
        Received received = received(1).getFirst();
        assertVerified(webhook.text("secret"), received);
        assertVerified(rotated.text("secret"), received);
    }

    @Test
    void keepAHealthyReceiverFreeOfADeadOne() {
        try (Receiver dead = new Receiver()) {
            dead.behave(dead.stalling());
            shop.webhook(dead.url(), "'events': ['product.created']");
            shop.webhook(receiver.url(), "'events': ['product.created']");
            for (int i = 0; i < 30; i++) shop.product();
            List<Received> received = received(30);
            assertThat(received.stream()
                            .map(one -> Long.valueOf(one.header("x-tillstream-sequence")))
                            .sorted())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 30).boxed().toList());
            assertThat(dead.received().size()).isLessThan(15);
        }
    }

    @Test
    void areMadeOnceByHoweverManyDispatchers() {
        try (var second = shop.anotherDispatcher("tillstream.webhook.retries=100ms,200ms,300ms")) {
            Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
            for (int i = 0; i < 60; i++) shop.product();
            List<Received> received = received(60);
            assertThat(received.stream()
                            .map(one -> Long.valueOf(one.header("x-tillstream-sequence")))
                            .sorted())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 60).boxed().toList());
            assertThat(received).extracting(one -> one.header("webhook-id")).doesNotHaveDuplicates();
            await().atMost(LONG)
                    .until(() -> shop.get("/api/v1/webhooks/logs?limit=100&status=success&endpoint_id=" + webhook.id())
                                    .data()
                                    .size()
                            == 60);
            assertThat(second.isRunning()).isTrue();
        }
    }

    @Test
    void areFilteredInTheLog() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.*']");
        String product = shop.product();
        shop.patch("/api/v1/products/" + product, "{'price': 100}");
        received(2);
        String of = "/api/v1/webhooks/logs?endpoint_id=" + webhook.id();
        await().atMost(LONG).until(() -> shop.get(of + "&status=success").data().size() == 2);
        assertThat(shop.get(of + "&event_type=product.updated").data().size()).isEqualTo(1);
        assertThat(shop.get(of + "&status=all_failed").data().size()).isZero();
        Reply page = shop.get(of + "&limit=1");
        assertThat(page.data().get(0).path("event_type").asString()).isEqualTo("product.updated");
        String next = page.json().at("/pagination/next_cursor").asString();
        assertThat(shop.get(of + "&limit=1&cursor=" + next)
                        .data()
                        .get(0)
                        .path("event_type")
                        .asString())
                .isEqualTo("product.created");
        assertThat(shop.get("/api/v1/webhooks/logs?status=odd").status()).isEqualTo(400);
        assertThat(shop.get("/api/v1/webhooks/logs?event_type=test.event").status())
                .isEqualTo(400);
        assertThat(shop.get("/api/v1/webhooks/logs?endpoint_id=7").status()).isEqualTo(400);
        assertThat(shop.get("/api/v1/webhooks/logs/" + UUID.randomUUID()).status())
                .isEqualTo(404);
    }

    @Test
    void canBePulledInOrder() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        for (int i = 0; i < 3; i++) shop.product();
        String feed = "/api/v1/webhooks/" + webhook.id() + "/feed";
        Reply all = shop.get(feed);
        assertThat(all.data().path("deliveries").size()).isEqualTo(3);
        assertThat(all.data().path("next_after").asLong()).isEqualTo(3);
        assertThat(all.data().at("/deliveries/0/body/event").asString()).isEqualTo("product.created");
        Reply rest = shop.get(feed + "?after=2");
        assertThat(rest.data().path("deliveries").size()).isEqualTo(1);
        assertThat(shop.get(feed + "?after=3").data().path("deliveries").isEmpty())
                .isTrue();
        assertThat(shop.get(feed + "?after=x").status()).isEqualTo(400);
        shop.jdbc()
                .sql("delete from deliveries where endpoint_id = :id and number = 1")
                .param("id", UUID.fromString(webhook.id()))
                .update();
        Reply gone = shop.get(feed);
        assertThat(gone.status()).isEqualTo(410);
        assertThat(gone.json().at("/error/details/first/0").asString()).isEqualTo("2");
    }

    @Test
    void areStartedOverInBulkAndCounted() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        shop.product();
        String stats = "/api/v1/webhooks/" + webhook.id() + "/stats";
        await().atMost(LONG).until(() -> shop.get(stats).data().path("failed").asInt() == 2);
        assertThat(shop.get(stats).data().path("failing_since").isNull()).isFalse();
        receiver.behave(Receiver.answering(200, "ok"));
        assertThat(shop.post("/api/v1/webhooks/logs/retry", "{'endpoint_id': '%s'}".formatted(webhook.id()))
                        .data()
                        .path("retried")
                        .asInt())
                .isEqualTo(2);
        await().atMost(LONG)
                .until(() -> shop.get(stats).data().path("delivered").asInt() == 2);
        assertThat(shop.get(stats).data().path("success_rate").asDouble()).isEqualTo(1);
        assertThat(shop.get(stats).data().path("waiting").asInt()).isZero();
    }

    @Test
    void replayHistoryThatIsOlderThanTheWebhook() {
        String first = shop.product();
        shop.losePosition();
        String second = shop.product();
        Reply webhook = shop.webhook(receiver.url(), "'events': ['access.*']");
        String path = "/api/v1/webhooks/" + webhook.id() + "/replays";
        Reply begun = shop.post(path, "{'events': ['product.created'], 'rate': 1000}");
        assertThat(begun.status()).isEqualTo(201);
        await().atMost(LONG)
                .until(() -> shop.get(path + "/" + begun.id()).text("status").equals("done"));
        int queued = shop.get(path + "/" + begun.id()).data().path("queued").asInt();
        assertThat(queued).isGreaterThanOrEqualTo(2);
        await().atMost(LONG).until(() -> receiver.received().size() == queued);
        assertThat(receiver.received())
                .allSatisfy(one -> {
                    assertThat(one.header("x-tillstream-replayed")).isEqualTo("true");
                    assertThat(one.header("x-tillstream-sequence")).isEmpty();
                    assertThat(one.header("x-sellf-event")).isEqualTo("product.created");
                })
                .extracting(one -> json(one).at("/data/product/id").asString())
                .contains(first, second);
        assertThat(shop.get(path + "/" + UUID.randomUUID()).status()).isEqualTo(404);
        assertThat(shop.post(path, "{'from': '2026-01-01T00:00:00Z', 'to': '2026-01-01T00:00:01Z'}")
                        .status())
                .isEqualTo(201);
        assertThat(shop.post(path, "{'from': '2026-01-01T00:00:01Z', 'to': '2026-01-01T00:00:01Z'}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void stopReplayingWhenAborted() {
        for (int i = 0; i < 20; i++) shop.product();
        Reply webhook = shop.webhook(receiver.url());
        String path = "/api/v1/webhooks/" + webhook.id() + "/replays";
        Reply begun = shop.post(path, "{'events': ['product.created'], 'rate': 1}");
        await().atMost(LONG).until(() -> !receiver.received().isEmpty());
        Reply aborted = shop.delete(path + "/" + begun.id());
        assertThat(aborted.status()).isEqualTo(200);
        await().atMost(LONG)
                .until(() -> shop.get("/api/v1/webhooks/" + webhook.id() + "/stats")
                                .data()
                                .path("waiting")
                                .asInt()
                        == 0);
        assertThat(receiver.received().size())
                .isLessThan(
                        shop.get(path + "/" + begun.id()).data().path("queued").asInt());
    }

    @Test
    void goOnSoonAfterManyFailedTogether() {
        CountDownLatch underWay = new CountDownLatch(4); // as many as there are at a time
        receiver.behave((socket, out) -> {
            underWay.countDown();
            underWay.await();
            Receiver.answering(503, "starting").answer(socket, out);
        });
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        for (int i = 0; i < 16; i++) shop.product();
        String stats = "/api/v1/webhooks/" + webhook.id() + "/stats";
        await().atMost(LONG)
                .until(() -> !shop.get(stats).data().path("paused_until").isNull());
        receiver.behave(Receiver.answering(200, "back"));
        // each longer pause after the first would be 10 s and more, five minutes after sixteen
        await().atMost(LONG)
                .until(() -> logs(webhook.id()).stream()
                        .allMatch(log -> List.of("success", "permanently_failed")
                                .contains(log.path("status").asString())));
        assertThat(logs(webhook.id()))
                .anyMatch(log -> log.path("status").asString().equals("success"));
    }

    @Test
    void endAPauseForWhoAsksForAnAttempt() {
        receiver.behave(Receiver.answering(503, "away"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        paused(webhook);
        JsonNode waiting = logs(webhook.id()).stream()
                .filter(log -> log.path("status").asString().equals("pending_retry"))
                .findFirst()
                .orElseThrow();
        receiver.behave(Receiver.answering(200, "back"));
        assertThat(shop.post("/api/v1/webhooks/logs/" + waiting.path("id").asString() + "/force-retry", "")
                        .status())
                .isEqualTo(200);
        JsonNode pausedUntil =
                shop.get("/api/v1/webhooks/" + webhook.id() + "/stats").data().path("paused_until");
        assertThat(pausedUntil.isNull()
                        || !Instant.parse(pausedUntil.asString())
                                .isAfter(shop.clock().instant()))
                .isTrue();
        await().atMost(LONG)
                .until(() -> shop.get(
                                "/api/v1/webhooks/logs/" + waiting.path("id").asString())
                        .text("status")
                        .equals("success"));
    }

    @Test
    void endAPauseWhenTheReceiverIsElsewhereOrTakesATest() {
        receiver.behave(Receiver.answering(503, "away"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        String path = "/api/v1/webhooks/" + webhook.id();
        paused(webhook);
        shop.patch(path, "{'url': '%s?moved'}".formatted(receiver.url()));
        assertThat(shop.get(path + "/stats").data().path("failing_since").isNull())
                .isTrue();
        paused(webhook);
        receiver.behave(Receiver.answering(200, "back"));
        shop.post(path + "/test", "{}");
        assertThat(shop.get(path + "/stats").data().path("paused_until").isNull())
                .isTrue();
    }

    private void paused(Reply webhook) {
        String stats = "/api/v1/webhooks/" + webhook.id() + "/stats";
        await().atMost(LONG).until(() -> {
            if (!shop.get(stats).data().path("paused_until").isNull()) return true;
            shop.product();
            return false;
        });
    }

    @Test
    void sendNothingAgainThatAPersonHasStopped() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(
                receiver.url(), "'events': ['product.created']", "'rate_limit': {'deliveries': 1, 'per': 'minute'}");
        shop.product();
        shop.product();
        shop.product();
        String canceled = logs(webhook.id()).getFirst().path("id").asString();
        assertThat(shop.post("/api/v1/webhooks/logs/" + canceled + "/cancel", "")
                        .status())
                .isEqualTo(200);
        assertThat(shop.get("/api/v1/webhooks/logs/" + canceled).text("error_message"))
                .isEqualTo("Canceled");
        assertThat(shop.post("/api/v1/webhooks/logs/" + canceled + "/cancel", "")
                        .status())
                .isEqualTo(409);
        String path = "/api/v1/webhooks/" + webhook.id();
        String replay = shop.post(path + "/replays", "{'events': ['product.created'], 'rate': 1}")
                .id();
        await().atMost(LONG)
                .until(() -> shop.get(path + "/replays/" + replay)
                                .data()
                                .path("queued")
                                .asInt()
                        >= 3);
        shop.delete(path + "/replays/" + replay);
        assertThat(shop.post("/api/v1/webhooks/logs/retry", "{'endpoint_id': '%s'}".formatted(webhook.id()))
                        .data()
                        .path("retried")
                        .asInt())
                .isZero();
        assertThat(shop.post("/api/v1/webhooks/logs/" + canceled + "/replay", "")
                        .status())
                .isEqualTo(200);
        assertThat(shop.get("/api/v1/webhooks/logs/" + canceled)
                        .data()
                        .at("/endpoint/id")
                        .asString())
                .isEqualTo(webhook.id());
        shop.delete(path);
        assertThat(shop.get("/api/v1/webhooks/logs/" + canceled)
                        .data()
                        .path("endpoint")
                        .isNull())
                .isTrue();
    }

    @Test
    void startOverOnlyWhatFits() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.*']");
        String product = shop.product();
        shop.patch("/api/v1/products/" + product, "{'price': 4900}");
        givenUp(webhook, 2);
        String meant = "{'endpoint_id': '%s', %%s}".formatted(webhook.id());
        assertThat(startedOver(meant.formatted("'from': '2100-01-01T00:00:00Z'")))
                .isZero();
        assertThat(startedOver(meant.formatted("'to': '2000-01-01T00:00:00Z'"))).isZero();
        assertThat(startedOver(meant.formatted("'event_type': 'product.deleted'")))
                .isZero();
        assertThat(startedOver(meant.formatted("'event_type': 'product.updated'")))
                .isEqualTo(1);
        givenUp(webhook, 2);
        assertThat(startedOver(meant.formatted("'from': '2000-01-01T00:00:00Z', 'to': '2100-01-01T00:00:00Z'")))
                .isEqualTo(2);
    }

    private int startedOver(String meant) {
        return shop.post("/api/v1/webhooks/logs/retry", meant)
                .data()
                .path("retried")
                .asInt();
    }

    private void givenUp(Reply webhook, int count) {
        await().atMost(LONG)
                .until(() -> logs(webhook.id()).stream()
                                .filter(log -> log.path("status").asString().equals("permanently_failed"))
                                .count()
                        == count);
    }

    @Test
    void replayHistoryOfATimeOnly() {
        List<Reply> products = new ArrayList<>();
        for (int i = 0; i < 3; i++)
            products.add(shop.post(
                    "/api/v1/products",
                    "{'name': 'Brushes', 'slug': 'p-%s', 'price': 2900}".formatted(UUID.randomUUID())));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        String path = "/api/v1/webhooks/" + webhook.id() + "/replays";
        String replay = shop.post(
                        path,
                        "{'from': '%s', 'to': '%s', 'rate': 1000}"
                                .formatted(
                                        products.get(1).text("created_at"),
                                        products.get(2).text("created_at")))
                .id();
        await().atMost(LONG)
                .until(() -> shop.get(path + "/" + replay).text("status").equals("done"));
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        assertThat(json(receiver.received().getFirst()).at("/data/product/id").asString())
                .isEqualTo(products.get(1).id());
    }

    @Test
    void sendNothingOfWhatIsHeldAndPutAsideOrCanceled() {
        receiver.behave(Receiver.answering(410, "gone"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        String path = "/api/v1/webhooks/" + webhook.id();
        shop.product();
        await().atMost(LONG).until(() -> shop.get(path).text("suspension").contains("410"));
        for (int i = 0; i < 3; i++) shop.product();
        await().atMost(LONG)
                .until(() -> shop.get(path + "/stats").data().path("held").asInt() == 3);
        List<String> held = logs(webhook.id()).stream()
                .limit(3)
                .map(log -> "/api/v1/webhooks/logs/" + log.path("id").asString())
                .toList();
        assertThat(shop.post(held.get(0) + "/cancel", "").status()).isEqualTo(200);
        assertThat(shop.post(held.get(1) + "/archive", "").status()).isEqualTo(200);
        assertThat(shop.post(held.get(1) + "/archive", "").status()).isEqualTo(200);
        receiver.behave(Receiver.answering(200, "back"));
        int before = receiver.received().size();
        shop.patch(path, "{'is_active': true}");
        await().atMost(LONG).until(() -> shop.get(held.get(2)).text("status").equals("success"));
        assertThat(receiver.received()).hasSize(before + 1);
        assertThat(shop.get(held.get(0)).text("status")).isEqualTo("permanently_failed");
        assertThat(shop.get(held.get(1)).text("status")).isEqualTo("archived");
    }

    @Test
    void leaveFailedWhatIsRetriedAtNobody() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        receiver.close();
        shop.product();
        JsonNode log = logWith(webhook.id(), "permanently_failed");
        assertThat(log.path("http_status").asInt()).isZero();
        String path = "/api/v1/webhooks/logs/" + log.path("id").asString();
        Reply retried = shop.post(path + "/retry", "");
        assertThat(retried.data().path("success").asBoolean()).isFalse();
        assertThat(retried.data().path("http_status").asInt()).isZero();
        assertThat(shop.get(path).text("status")).isEqualTo("permanently_failed");
    }

    @Test
    void replayOnlyTheProductsThatTheWebhookIsToldOf() {
        String chosen = shop.product();
        shop.product();
        Reply webhook = shop.webhook(
                receiver.url(),
                "'events': ['*']",
                "'product_filter_mode': 'selected'",
                "'product_ids': ['%s']".formatted(chosen));
        String path = "/api/v1/webhooks/" + webhook.id() + "/replays";
        String replay =
                shop.post(path, "{'events': ['product.*'], 'rate': 1000}").id();
        await().atMost(LONG)
                .until(() -> shop.get(path + "/" + replay).text("status").equals("done"));
        assertThat(shop.get(path + "/" + replay).data().path("queued").asInt()).isEqualTo(1);
    }

    @Test
    void sendNothingOfAnAbortedReplayLaterEither() {
        for (int i = 0; i < 8; i++) shop.product();
        receiver.behave(Receiver.answering(410, "gone"));
        Reply webhook = shop.webhook(receiver.url());
        String path = "/api/v1/webhooks/" + webhook.id();
        String replay =
                path + "/replays/" + shop.post(path + "/replays", "{'rate': 1}").id();
        await().atMost(LONG).until(() -> shop.get(path).text("suspension").contains("410"));
        assertThat(logs(webhook.id()))
                .anyMatch(log -> log.path("status").asString().equals("held"));
        assertThat(shop.delete(replay).status()).isEqualTo(200);
        assertThat(logs(webhook.id()))
                .noneMatch(log -> log.path("status").asString().equals("held"));
        int before = receiver.received().size();
        receiver.behave(Receiver.answering(200, "back"));
        shop.patch(path, "{'is_active': true}");
        String product = shop.product();
        await().atMost(LONG)
                .until(() ->
                        receiver.received().stream().anyMatch(one -> one.body().contains(product)));
        assertThat(receiver.received()).hasSize(before + 1);
    }

    @Test
    void forgetAnErasedPerson() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(
                receiver.url(), "'events': ['access.granted']", "'custom_payload_fields': {'who': '{{ email }}'}");
        String user = shop.post("/api/v1/users", "{'email': 'ada-%s@example.com'}".formatted(UUID.randomUUID()))
                .id();
        shop.post("/api/v1/users/" + user + "/access", "{'product_id': '%s'}".formatted(shop.product()));
        logWith(webhook.id(), "permanently_failed");
        assertThat(logs(webhook.id()).toString()).contains("ada-");
        Reply erased = shop.postAsAdmin("/api/v1/users/" + user + "/erase", "{'reason': 'asked for it'}");
        assertThat(erased.status()).isBetween(200, 204);
        await().atMost(LONG).until(() -> !logs(webhook.id()).toString().contains("ada-"));
        assertThat(logs(webhook.id())
                        .getFirst()
                        .at("/payload/data/customer/userId")
                        .asString())
                .isEqualTo(user);
    }

    @Test
    void haveADescribedCatalogue() {
        JsonNode events = shop.get("/api/v1/webhooks/events").data().path("events");
        assertThat(events.size()).isEqualTo(19);
        assertThat(events.get(0)
                        .at("/schema/properties/data/properties/customer/type")
                        .asString())
                .isEqualTo("object");
        assertThat(events.get(0).at("/sample/event").asString()).isEqualTo("purchase.completed");
    }

    private List<Received> received(int count) {
        await().atMost(LONG).until(() -> receiver.received().size() >= count);
        assertThat(receiver.received()).hasSize(count);
        return receiver.received().stream()
                .sorted(Comparator.comparingInt(one -> Integer.parseInt(one.header("x-tillstream-sequence"))))
                .toList();
    }

    private JsonNode logWith(String webhook, String status) {
        await().atMost(LONG)
                .until(() -> logs(webhook).stream()
                        .anyMatch(log -> log.path("status").asString().equals(status)));
        return logs(webhook).getFirst();
    }

    private List<JsonNode> logs(String webhook) {
        return StreamSupport.stream(
                        shop.get("/api/v1/webhooks/logs?limit=100&endpoint_id=" + webhook)
                                .data()
                                .spliterator(),
                        false)
                .toList();
    }

    private static List<String> ids(Reply list) {
        return StreamSupport.stream(list.data().spliterator(), false)
                .map(row -> row.path("id").asString())
                .toList();
    }

    private static JsonNode json(Received received) {
        return EventJson.STORED.readTree(received.body());
    }

    private static void assertVerified(String secret, Received received) {
        HttpHeaders headers = HttpHeaders.of(
                received.headers().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue()))),
                (name, value) -> true);
        assertThatCode(() -> new Webhook(secret).verify(received.body(), headers))
                .doesNotThrowAnyException();
    }
}
