package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static io.tillstream.webhook.delivery.ShopWebhook.LOGS;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.Unreadable;
import io.tillstream.store.EventLog;
import io.tillstream.store.Tail;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import io.tillstream.webhook.delivery.Receiver.Received;
import io.tillstream.webhook.payload.Facts;
import io.tillstream.webhook.payload.PublicEvents;
import io.tillstream.webhook.payload.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;

/** From a command to a receiver, through the real thing. */
class DeliveriesTest {
    @RegisterExtension
    private static final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=100ms,200ms,300ms", "tillstream.webhook.per-endpoint=4");

    private final Receiver receiver = shop.receiver();

    @Test
    void deliverWhatHappensSignedAndNumbered() {
        ShopWebhook webhook = shop.webhook(receiver.url(), "'events': ['product.*', 'user.access_granted']");
        String product = shop.product();
        String user = shop.user();
        Reply access = shop.grant(user, product);
        assertThat(access.status()).isEqualTo(201);
        List<Received> received = received(2);

        Received created = received.getFirst();
        assertThat(created.header("x-sellf-event")).isEqualTo("product.created");
        assertThat(created.header("x-tillstream-sequence")).isEqualTo("1");
        assertThat(created.header("content-type")).isEqualTo("application/json");
        assertThat(created.json().at("/data/product/price").asInt()).isEqualTo(2900);
        created.assertSignedWith(webhook.secret());

        Received granted = received.get(1);
        assertThat(granted.json().path("event").asString()).isEqualTo("access.granted");
        assertThat(granted.header("x-tillstream-sequence")).isEqualTo("2");
        assertThat(granted.json().at("/data/customer/email").asString()).startsWith("ada-");
        assertThat(granted.json().at("/data/customer/userId").asString()).isEqualTo(user);
        assertThat(granted.json().at("/data/access/source").asString()).isEqualTo("api");
        assertThat(granted.json().at("/data/access/expiresAt").isNull()).isTrue();
        granted.assertSignedWith(webhook.secret());

        JsonNode log = webhook.awaitStatus("success");
        assertThat(log.path("event_type").asString()).isEqualTo("access.granted");
        assertThat(log.path("http_status").asInt()).isEqualTo(200);
        assertThat(log.path("response_body").asString()).isEqualTo("ok");
        assertThat(log.path("message_id").asString()).isEqualTo(granted.header("webhook-id"));
        assertThat(log.path("payload")).isEqualTo(granted.json());
        assertThat(log.at("/endpoint/url").asString()).isEqualTo(receiver.url());
    }

    @Test
    void areToldOfInALineForEachAttempt() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger sending = (Logger) LoggerFactory.getLogger(Sending.class);
        lines.start();
        sending.addAppender(lines);
        sending.setLevel(Level.INFO);
        try {
            receiver.behave(Receiver.answering(503, "later"));
            ShopWebhook webhook = shop.toldOfProducts(receiver);
            shop.product();
            webhook.awaitStatus("pending_retry");
            receiver.behave(Receiver.answering(200, "ok"));
            JsonNode log = webhook.awaitStatus("success");
            List<String> attempts = shop.get(ShopWebhook.path(log))
                    .data()
                    .path("attempts")
                    .valueStream()
                    .map(one -> one.path("number").asInt() + ": "
                            + one.path("http_status").asInt())
                    .toList();
            assertThat(attempts).startsWith("1: 503").endsWith(attempts.size() + ": 200");
            await().untilAsserted(() -> assertThat(lines.list)
                    .extracting(ILoggingEvent::getKeyValuePairs)
                    .filteredOn(pairs -> log.path("id").asString().equals(value(pairs, "delivery_id")))
                    .extracting(pairs -> value(pairs, "attempt") + ": " + value(pairs, "http_status"))
                    .containsExactlyElementsOf(attempts));
        } finally {
            sending.setLevel(null);
            sending.detachAppender(lines);
        }
    }

    @Test
    void tellOfAccessThroughItsLifeAsTheCatalogueSays() {
        shop.webhook(receiver.url(), "'events': ['access.*', 'product.updated']");
        String product = shop.product();
        String user = shop.user();
        String path = "/api/v1/users/" + user + "/access";
        String access = shop.grant(user, product, "'access_duration_days': 30").id();
        shop.patch(path + "/" + access, "{'extend_days': 7}");
        shop.patch(path + "/" + access, "{'access_expires_at': '2999-01-01T00:00:00Z'}");
        shop.patch(path + "/" + access, "{'access_expires_at': '2998-01-01T00:00:00Z'}"); // earlier: nobody is told
        shop.patch(path + "/" + access, "{'access_expires_at': null}");
        shop.patch("/api/v1/products/" + product, "{'is_active': false, 'description': 'Other'}");
        shop.delete(path + "/" + access);
        List<Received> received = received(7);
        assertThat(received)
                .extracting(one -> one.json().path("event").asString())
                .containsExactly(
                        "access.granted",
                        "access.extended",
                        "access.extended",
                        "access.extended",
                        "product.updated",
                        "product.updated",
                        "access.revoked");
        received.forEach(Received::assertAsTheCatalogueSays);
        assertThat(received.get(3).json().at("/data/access/expiresAt").isNull()).isTrue();
        assertThat(received.get(3).json().at("/data/access/previousExpiresAt").asString())
                .startsWith("2998-01-01");
        assertThat(received.get(6).json().at("/data/access/revokedAt").asString())
                .isNotEmpty();
    }

    @Test
    void sayTheSameHoweverHistoryIsCutIntoRuns() {
        EventLog events = shop.bean(EventLog.class);
        Tail tail = events.tailFrom(events.highest());
        String product = shop.product();
        shop.patch("/api/v1/products/" + product, "{'price': 4900}");
        String user = shop.user();
        shop.grant(user, product);
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
        ShopWebhook made =
                shop.webhook(receiver.url(), "'events': ['product.*']", "'custom_headers': {'X-Token': 'secret'}");
        Reply shown = shop.get(made.path());
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.text("secret")).startsWith("whsec_…");
        assertThat(shown.data().path("custom_header_names").toString()).isEqualTo("[\"X-Token\"]");
        assertThat(made.patch("{'is_active': false}").status()).isEqualTo(200);
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
    void findWebhooksByUrlAndDescription() {
        String orders = shop.webhook(receiver.url() + "/Orders", "'events': ['*']", "'description': 'of the 100% shop'")
                .id();
        String leads = shop.webhook(receiver.url() + "/leads", "'events': ['*']", "'description': 'new orders'")
                .id();
        String other = shop.webhook(receiver.url() + "/else").id();
        assertThat(found("ORDERS")).containsExactly(leads, orders);
        assertThat(found("100%25")).containsExactly(orders);
        assertThat(found("/else&sort_order=asc")).containsExactly(other);
        assertThat(found("%25")).containsExactly(orders);
        Reply first = shop.get("/api/v1/webhooks?limit=1&search=orders");
        assertThat(ids(first)).containsExactly(leads);
        String next = first.json().at("/pagination/next_cursor").asString();
        Reply second = shop.get("/api/v1/webhooks?limit=1&search=orders&cursor=" + next);
        assertThat(ids(second)).containsExactly(orders);
        assertThat(second.json().at("/pagination/has_more").asBoolean()).isFalse();
    }

    private static List<String> found(String search) {
        return ids(shop.get("/api/v1/webhooks?search=" + search));
    }

    @Test
    void useTheEndpointsOwnHeadersFieldsAndSelection() {
        shop.toldOfProducts(
                receiver,
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
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        JsonNode log = webhook.awaitStatus("success");
        List<Received> received = receiver.received();
        assertThat(received)
                .extracting(one -> one.header("webhook-id"))
                .containsOnly(log.path("message_id").asString());
        assertThat(received)
                .extracting(Received::body)
                .containsOnly(received.getFirst().body());
        assertThat(received.getFirst().header("x-sellf-retry-attempt")).isEmpty();
        assertThat(received.get(1).header("x-sellf-retry-attempt")).isEqualTo("2");
        JsonNode attempts = shop.get(ShopWebhook.path(log)).data().path("attempts");
        assertThat(attempts.size()).isEqualTo(received.size());
        assertThat(attempts.get(0).path("error_message").asString()).isEqualTo("HTTP 500");
        assertThat(attempts.get(0).path("response_body").asString()).isEqualTo("broken");
    }

    @Test
    void giveUpAfterTheLastAttemptAndStartOver() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        JsonNode log = webhook.awaitStatus("permanently_failed");
        assertThat(receiver.received()).hasSize(4);
        assertThat(log.path("attempt_count").asInt()).isEqualTo(4);
        assertThat(log.path("max_attempts").asInt()).isEqualTo(4);
        assertThat(log.path("failed_permanently_at").isNull()).isFalse();
        String path = ShopWebhook.path(log);
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
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        String path = ShopWebhook.path(webhook.awaitStatus("permanently_failed"));
        receiver.behave(Receiver.answering(200, "ok"));
        assertThat(shop.post(path + "/replay", "").data().toString()).isEqualTo("{\"status\":\"enqueued\"}");
        await().until(() -> shop.get(path).text("status").equals("success"));
        assertThat(shop.get(path).data().path("attempt_count").asInt()).isEqualTo(1);
        assertThat(shop.get(path).data().path("attempts").size()).isEqualTo(5);
        assertThat(receiver.received().getLast().header("x-sellf-retry-attempt"))
                .isEmpty();
    }

    @Test
    void cancelAndHurryWhatWaits() {
        receiver.behave(Receiver.answering(503, "later", "Retry-After: 3600"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        String path = ShopWebhook.path(webhook.awaitStatus("pending_retry"));
        assertThat(shop.post(path + "/force-retry", "").data().toString()).isEqualTo("{\"status\":\"rescheduled\"}");
        receiver.awaitReceived(2);
        await().until(() -> shop.get(path).data().path("attempt_count").asInt() == 2);
        assertThat(shop.post(path + "/cancel", "").data().toString()).isEqualTo("{\"status\":\"canceled\"}");
        assertThat(shop.get(path).text("status")).isEqualTo("permanently_failed");
    }

    @Test
    void areTriedByATestWhateverTheWebhookIsSetTo() {
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'is_active': false");
        String path = webhook.path() + "/test";
        assertThat(shop.post(path, "").data().toString())
                .isEqualTo("{\"success\":true,\"http_status\":200,\"error\":null}");
        assertThat(receiver.received().getFirst().header("x-sellf-event")).isEqualTo("test.event");
        assertThat(receiver.received().getFirst().header("x-tillstream-sequence"))
                .isEmpty();
        assertThat(shop.post(path, "{'event_type': 'a\\r\\nX-Other: b'}").status())
                .isEqualTo(400);
        shop.post(path, "{'event_type': 'access.granted'}");
        assertThat(receiver.received().get(1).json().at("/data/customer/email").asString())
                .isEqualTo("ada@example.com");
        receiver.behave(receiver.stalling());
        Reply slow = shop.post(path, "");
        assertThat(slow.status()).isEqualTo(200);
        assertThat(slow.data().path("http_status").asInt()).isEqualTo(408);
        assertThat(webhook.newest().path("status").asString()).isEqualTo("permanently_failed");
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
        JsonNode changes = received(1).getFirst().json().at("/data/changes");
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
        assertThat(only.product()).isEqualTo(chosen);
        assertThat(only.json().at("/data/changes/price/after").asInt()).isEqualTo(3900);
        assertThat(only.header("x-tillstream-sequence")).isEqualTo("1");
    }

    @Test
    void suspendAReceiverThatIsGoneAndSendWhatWasHeldLater() {
        receiver.behave(Receiver.answering(410, "gone"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitSuspended();
        assertThat(webhook.shown().path("is_active").asBoolean()).isFalse();
        shop.products(2);
        webhook.awaitLogs("held", 2);
        receiver.behave(Receiver.answering(200, "back"));
        assertThat(webhook.patch("{'is_active': true}")
                        .data()
                        .path("suspension")
                        .isNull())
                .isTrue();
        receiver.awaitReceived(3);
        assertThat(receiver.numbers()).containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    @Test
    void signWithBothSecretsWhileTheyRotate() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        Reply rotated = webhook.post("/rotate-secret", "");
        shop.product();
        Received received = received(1).getFirst();
        received.assertSignedWith(webhook.secret());
        received.assertSignedWith(rotated.text("secret"));
    }

    @Test
    void keepAHealthyReceiverFreeOfADeadOne() {
        Receiver dead = shop.receiver();
        dead.behave(dead.stalling());
        shop.toldOfProducts(dead);
        shop.toldOfProducts(receiver);
        shop.products(30);
        List<Received> received = received(30);
        assertThat(received.stream().map(Received::number))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 30).boxed().toList());
        assertThat(dead.received().size()).isLessThan(15);
    }

    @Test
    void areMadeOnceByHoweverManyDispatchers() {
        try (var second = shop.anotherDispatcher("tillstream.webhook.retries=100ms,200ms,300ms")) {
            ShopWebhook webhook = shop.toldOfProducts(receiver);
            shop.products(60);
            List<Received> received = received(60);
            assertThat(received.stream().map(Received::number))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 60).boxed().toList());
            assertThat(received).extracting(one -> one.header("webhook-id")).doesNotHaveDuplicates();
            webhook.awaitLogs("success", 60);
            assertThat(second.isRunning()).isTrue();
        }
    }

    @Test
    void areFilteredInTheLog() {
        ShopWebhook webhook = shop.webhook(receiver.url(), "'events': ['product.*']");
        String product = shop.product();
        shop.patch("/api/v1/products/" + product, "{'price': 100}");
        received(2);
        String of = LOGS + "?endpoint_id=" + webhook.id();
        await().until(() -> shop.get(of + "&status=success").data().size() == 2);
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
        assertThat(shop.get(LOGS + "?status=odd").status()).isEqualTo(400);
        assertThat(shop.get(LOGS + "?event_type=test.event").status()).isEqualTo(400);
        assertThat(shop.get(LOGS + "?endpoint_id=7").status()).isEqualTo(400);
        assertThat(shop.get(LOGS + "/" + UUID.randomUUID()).status()).isEqualTo(404);
    }

    @Test
    void canBePulledInOrder() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.products(3);
        String feed = webhook.path() + "/feed";
        Reply all = shop.get(feed);
        assertThat(all.data().path("deliveries").size()).isEqualTo(3);
        assertThat(all.data().path("next_after").asLong()).isEqualTo(3);
        assertThat(all.data().at("/deliveries/0/body/event").asString()).isEqualTo("product.created");
        Reply rest = shop.get(feed + "?after=2");
        assertThat(rest.data().path("deliveries").size()).isEqualTo(1);
        assertThat(shop.get(feed + "?after=3").data().path("deliveries").isEmpty())
                .isTrue();
        assertThat(shop.get(feed + "?after=x").status()).isEqualTo(400);
        webhook.drop(1);
        Reply gone = shop.get(feed);
        assertThat(gone.status()).isEqualTo(410);
        assertThat(gone.json().at("/error/details/first/0").asString()).isEqualTo("2");
    }

    @Test
    void areStartedOverInBulkAndCounted() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.products(2);
        webhook.awaitStats("failed", 2);
        assertThat(webhook.stats().path("failing_since").isNull()).isFalse();
        receiver.behave(Receiver.answering(200, "ok"));
        assertThat(startedOver("{'endpoint_id': '%s'}".formatted(webhook.id()))).isEqualTo(2);
        webhook.awaitStats("delivered", 2);
        assertThat(webhook.stats().path("success_rate").asDouble()).isEqualTo(1);
        assertThat(webhook.stats().path("waiting").asInt()).isZero();
    }

    @Test
    void replayHistoryThatIsOlderThanTheWebhook() {
        String first = shop.product();
        shop.losePosition();
        String second = shop.product();
        ShopWebhook webhook = shop.webhook(receiver.url(), "'events': ['access.*']");
        int queued = replayed(webhook, "{'events': ['product.created'], 'rate': 1000}");
        assertThat(queued).isGreaterThanOrEqualTo(2);
        assertThat(receiver.awaitReceived(queued))
                .allSatisfy(one -> {
                    assertThat(one.header("x-tillstream-replayed")).isEqualTo("true");
                    assertThat(one.header("x-tillstream-sequence")).isEmpty();
                    assertThat(one.header("x-sellf-event")).isEqualTo("product.created");
                })
                .extracting(one -> one.product())
                .contains(first, second);
        String path = webhook.path() + "/replays";
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
        shop.products(20);
        ShopWebhook webhook = shop.webhook(receiver.url());
        String path = webhook.path() + "/replays";
        Reply begun = shop.post(path, "{'events': ['product.created'], 'rate': 1}");
        await().until(() -> !receiver.received().isEmpty());
        Reply aborted = shop.delete(path + "/" + begun.id());
        assertThat(aborted.status()).isEqualTo(200);
        webhook.awaitStats("waiting", 0);
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
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.products(16);
        await().until(() -> !webhook.stats().path("paused_until").isNull());
        receiver.behave(Receiver.answering(200, "back"));
        // each longer pause after the first would be 10 s and more, five minutes after sixteen
        await().until(() -> webhook.logs().stream()
                .allMatch(log -> List.of("success", "permanently_failed")
                        .contains(log.path("status").asString())));
        assertThat(webhook.logs("success")).isNotEmpty();
    }

    @Test
    void endAPauseForWhoAsksForAnAttempt() {
        receiver.behave(Receiver.answering(503, "away"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        paused(webhook);
        String waiting = ShopWebhook.path(webhook.logs("pending_retry").getFirst());
        receiver.behave(Receiver.answering(200, "back"));
        assertThat(shop.post(waiting + "/force-retry", "").status()).isEqualTo(200);
        JsonNode pausedUntil = webhook.stats().path("paused_until");
        assertThat(pausedUntil.isNull()
                        || !Instant.parse(pausedUntil.asString())
                                .isAfter(shop.clock().instant()))
                .isTrue();
        await().until(() -> shop.get(waiting).text("status").equals("success"));
    }

    @Test
    void endAPauseWhenTheReceiverIsElsewhereOrTakesATest() {
        receiver.behave(Receiver.answering(503, "away"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        paused(webhook);
        webhook.patch("{'url': '%s?moved'}".formatted(receiver.url()));
        assertThat(webhook.stats().path("failing_since").isNull()).isTrue();
        paused(webhook);
        receiver.behave(Receiver.answering(200, "back"));
        webhook.post("/test", "{}");
        assertThat(webhook.stats().path("paused_until").isNull()).isTrue();
    }

    private void paused(ShopWebhook webhook) {
        await().until(() -> {
            if (!webhook.stats().path("paused_until").isNull()) return true;
            shop.product();
            return false;
        });
    }

    @Test
    void sendNothingAgainThatAPersonHasStopped() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'rate_limit': {'deliveries': 1, 'per': 'minute'}");
        shop.products(3);
        String canceled = ShopWebhook.path(webhook.newest());
        assertThat(shop.post(canceled + "/cancel", "").status()).isEqualTo(200);
        assertThat(shop.get(canceled).text("error_message")).isEqualTo("Canceled");
        assertThat(shop.post(canceled + "/cancel", "").status()).isEqualTo(409);
        String replay = webhook.path() + "/replays/"
                + webhook.post("/replays", "{'events': ['product.created'], 'rate': 1}")
                        .id();
        await().until(() -> shop.get(replay).data().path("queued").asInt() >= 3);
        shop.delete(replay);
        assertThat(startedOver("{'endpoint_id': '%s'}".formatted(webhook.id()))).isZero();
        // whatever their errors say
        long stopped = shop.count("deliveries where stopped and endpoint_id = '%s'".formatted(webhook.id()));
        shop.jdbc()
                .sql("update deliveries set error_message = 'another' where endpoint_id = :id")
                .param("id", webhook.uuid())
                .update();
        assertThat(startedOver("{'endpoint_id': '%s'}".formatted(webhook.id()))).isZero();
        assertThat(webhook.stats().path("failed").asInt()).isZero();
        assertThat(shop.post(canceled + "/replay", "").status()).isEqualTo(200);
        assertThat(shop.count("deliveries where stopped and endpoint_id = '%s'".formatted(webhook.id())))
                .isEqualTo(stopped - 1); // from here on it may fail
        assertThat(shop.get(canceled).data().at("/endpoint/id").asString()).isEqualTo(webhook.id());
    }

    @Test
    void startOverOnlyWhatFits() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.webhook(receiver.url(), "'events': ['product.*']");
        String product = shop.product();
        shop.patch("/api/v1/products/" + product, "{'price': 4900}");
        webhook.awaitLogs("permanently_failed", 2);
        String meant = "{'endpoint_id': '%s', %%s}".formatted(webhook.id());
        assertThat(startedOver(meant.formatted("'from': '2100-01-01T00:00:00Z'")))
                .isZero();
        for (String year : List.of("2000", "1969", "0001"))
            assertThat(startedOver(meant.formatted("'to': '%s-01-01T00:00:00Z'".formatted(year))))
                    .isZero();
        for (String to : List.of("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2025-12-31T00:00:00Z")) {
            Reply refused = shop.post(
                    "/api/v1/webhooks/logs/retry",
                    meant.formatted("'from': '2026-01-01T00:00:00Z', 'to': '%s'".formatted(to)));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().at("/error/code").asString()).isEqualTo("VALIDATION_ERROR");
            assertThat(refused.json().at("/error/details/from/0").asString()).isEqualTo("from must be before to");
        }
        assertThat(startedOver(meant.formatted("'event_type': 'product.deleted'")))
                .isZero();
        assertThat(startedOver(meant.formatted("'event_type': 'product.updated'")))
                .isEqualTo(1);
        webhook.awaitLogs("permanently_failed", 2);
        assertThat(startedOver(meant.formatted("'from': '1969-01-01T00:00:00Z', 'to': '2100-01-01T00:00:00Z'")))
                .isEqualTo(2);
    }

    private int startedOver(String meant) {
        return shop.post(LOGS + "/retry", meant).data().path("retried").asInt();
    }

    @Test
    void replayHistoryOfATimeOnly() {
        List<Reply> products = new ArrayList<>();
        for (int i = 0; i < 3; i++) products.add(shop.newProduct());
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        String from = products.get(1).text("created_at");
        String to = products.get(2).text("created_at");
        replayed(webhook, "{'from': '%s', 'to': '%s', 'rate': 1000}".formatted(from, to));
        assertThat(receiver.awaitReceived(1).getFirst().product())
                .isEqualTo(products.get(1).id());
    }

    @Test
    void sendNothingOfWhatIsHeldAndPutAsideOrCanceled() {
        receiver.behave(Receiver.answering(410, "gone"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitSuspended();
        shop.products(3);
        webhook.awaitStats("held", 3);
        List<String> held =
                webhook.logs().stream().limit(3).map(ShopWebhook::path).toList();
        assertThat(shop.post(held.get(0) + "/cancel", "").status()).isEqualTo(200);
        assertThat(shop.post(held.get(1) + "/archive", "").status()).isEqualTo(200);
        assertThat(shop.post(held.get(1) + "/archive", "").status()).isEqualTo(200);
        receiver.behave(Receiver.answering(200, "back"));
        int before = receiver.received().size();
        webhook.patch("{'is_active': true}");
        await().until(() -> shop.get(held.get(2)).text("status").equals("success"));
        assertThat(receiver.received()).hasSize(before + 1);
        assertThat(shop.get(held.get(0)).text("status")).isEqualTo("permanently_failed");
        assertThat(shop.get(held.get(1)).text("status")).isEqualTo("archived");
    }

    @Test
    void leaveFailedWhatIsRetriedAtNobody() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        receiver.close();
        shop.product();
        JsonNode log = webhook.awaitStatus("permanently_failed");
        assertThat(log.path("http_status").asInt()).isZero();
        String path = ShopWebhook.path(log);
        Reply retried = shop.post(path + "/retry", "");
        assertThat(retried.data().path("success").asBoolean()).isFalse();
        assertThat(retried.data().path("http_status").asInt()).isZero();
        assertThat(shop.get(path).text("status")).isEqualTo("permanently_failed");
    }

    @Test
    void startOverWithAllAttemptsAlsoWhatWasRetriedOnceAtAnInactiveWebhook() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        String first = ShopWebhook.path(webhook.awaitStatus("permanently_failed"));
        webhook.patch("{'is_active': false}");
        assertThat(shop.post(first + "/retry", "").data().path("http_status").asInt())
                .isEqualTo(404);
        JsonNode copy = webhook.awaitStatus("permanently_failed");
        assertThat(copy.path("max_attempts").asInt()).isEqualTo(1);
        webhook.patch("{'is_active': true}");
        assertThat(shop.post(ShopWebhook.path(copy) + "/replay", "").status()).isEqualTo(200);
        await().until(() -> receiver.received().size() == 9);
        assertThat(webhook.awaitStatus("permanently_failed")
                        .path("max_attempts")
                        .asInt())
                .isEqualTo(4);
        assertThat(startedOver("{'endpoint_id': '%s'}".formatted(webhook.id()))).isEqualTo(1);
        await().until(() -> receiver.received().size() == 13);
    }

    @Test
    void replayOnlyTheProductsThatTheWebhookIsToldOf() {
        String chosen = shop.product();
        shop.product();
        ShopWebhook webhook = shop.webhook(
                receiver.url(),
                "'events': ['*']",
                "'product_filter_mode': 'selected'",
                "'product_ids': ['%s']".formatted(chosen));
        assertThat(replayed(webhook, "{'events': ['product.*'], 'rate': 1000}")).isEqualTo(1);
    }

    @Test
    void sendNothingOfAnAbortedReplayLaterEither() {
        shop.products(8);
        receiver.behave(Receiver.answering(410, "gone"));
        ShopWebhook webhook = shop.webhook(receiver.url());
        String replay = webhook.path() + "/replays/"
                + webhook.post("/replays", "{'rate': 1}").id();
        webhook.awaitSuspended();
        assertThat(webhook.logs("held")).isNotEmpty();
        assertThat(shop.delete(replay).status()).isEqualTo(200);
        assertThat(webhook.logs("held")).isEmpty();
        int before = receiver.received().size();
        receiver.behave(Receiver.answering(200, "back"));
        webhook.patch("{'is_active': true}");
        String product = shop.product();
        await().until(() ->
                receiver.received().stream().anyMatch(one -> one.body().contains(product)));
        assertThat(receiver.received()).hasSize(before + 1);
    }

    @Test
    void forgetAnErasedPerson() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.webhook(
                receiver.url(), "'events': ['access.granted']", "'custom_payload_fields': {'who': '{{ email }}'}");
        String user = shop.user();
        shop.grant(user, shop.product());
        webhook.awaitStatus("permanently_failed");
        assertThat(webhook.logs().toString()).contains("ada-");
        Reply erased = shop.postAsAdmin("/api/v1/users/" + user + "/erase", "{'reason': 'asked for it'}");
        assertThat(erased.status()).isBetween(200, 204);
        await().until(() -> !webhook.logs().toString().contains("ada-"));
        assertThat(webhook.logs().getFirst().at("/payload/data/customer/userId").asString())
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

    private static String value(List<KeyValuePair> pairs, String key) {
        return pairs.stream()
                .filter(pair -> pair.key.equals(key))
                .map(pair -> String.valueOf(pair.value))
                .collect(joining());
    }

    /** How many deliveries a replay made, once it is done. */
    private static int replayed(ShopWebhook webhook, String which) {
        Reply begun = webhook.post("/replays", which);
        assertThat(begun.status()).isEqualTo(201);
        String path = webhook.path() + "/replays/" + begun.id();
        await().until(() -> shop.get(path).text("status").equals("done"));
        return shop.get(path).data().path("queued").asInt();
    }

    private List<Received> received(int count) {
        return receiver.awaitReceived(count).stream()
                .sorted(Comparator.comparingLong(Received::number))
                .toList();
    }

    private static List<String> ids(Reply list) {
        return list.data().valueStream().map(row -> row.path("id").asString()).toList();
    }
}
