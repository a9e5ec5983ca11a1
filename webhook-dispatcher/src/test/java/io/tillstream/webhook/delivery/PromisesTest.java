package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.WebhookEventName;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import io.tillstream.webhook.delivery.Receiver.Received;
import io.tillstream.webhook.payload.Catalogue;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** What receivers may rely on: who is told of what, in which words and with which signature. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PromisesTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String LOGS = "/api/v1/webhooks/logs";

    private final DispatcherShop shop = new DispatcherShop("tillstream.webhook.retries=100ms,100ms");
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
    void tellsTestWebhooksOfTestsAndLiveOnesOfTheRest() {
        String testKey = shop.postAsAdmin(
                        "/api/v1/api-keys", "{'name': 'Tests', 'scopes': ['*'], 'environment': 'test'}")
                .text("key");
        try (Receiver tests = new Receiver()) {
            Reply testWebhook = shop.postWith(
                    testKey, "/api/v1/webhooks", "{'url': '%s', 'events': ['product.created']}".formatted(tests.url()));
            assertThat(testWebhook.status()).isEqualTo(201);
            String testWebhookPath = "/api/v1/webhooks/" + testWebhook.id();
            await().atMost(LONG)
                    .until(() -> shop.getWith(testKey, testWebhookPath).status() == 200);
            assertThat(shop.get(testWebhookPath).status()).isEqualTo(404);
            shop.webhook(receiver.url(), "'events': ['product.created']");
            String live = shop.product();
            String test = testProduct(testKey);
            String nextLive = shop.product();
            String nextTest = testProduct(testKey);
            await().atMost(LONG)
                    .until(() ->
                            receiver.received().size() >= 2 && tests.received().size() >= 2);
            assertThat(productsByNumber(receiver)).isEqualTo(Map.of("1", live, "2", nextLive));
            assertThat(productsByNumber(tests)).isEqualTo(Map.of("1", test, "2", nextTest));
        }
    }

    private String testProduct(String testKey) {
        return shop.postWith(
                        testKey,
                        "/api/v1/products",
                        "{'name': 'Brushes', 'slug': 'p-%s', 'price': 2900}".formatted(UUID.randomUUID()))
                .id();
    }

    @Test
    void tellsOfEachEventByWhatTheWebhookWasThen() {
        Reply webhook = shop.webhook(receiver.url());
        Map<String, Integer> turns = new HashMap<>();
        shop.whileNothingIsTakenIn(() -> {
            for (int turn = 1; turn <= 20; turn++) {
                shop.patch(
                        "/api/v1/webhooks/" + webhook.id(), "{'custom_payload_fields': {'turn': %d}}".formatted(turn));
                turns.put(shop.product(), turn);
            }
        });
        await().atMost(LONG).until(() -> receiver.received().size() >= turns.size());
        assertThat(receiver.received().stream()
                        .collect(Collectors.toMap(
                                PromisesTest::product,
                                one -> json(one).path("turn").asInt())))
                .isEqualTo(turns);
    }

    @Test
    void tellsOfEachEventWhereTheWebhookWantedItThen() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.deleted']");
        Map<String, String> wanted = new HashMap<>();
        for (int turn = 1; turn <= 20; turn++) {
            boolean wants = turn % 2 == 0;
            shop.patch(
                    "/api/v1/webhooks/" + webhook.id(),
                    "{'events': ['%s']}".formatted(wants ? "product.created" : "product.deleted"));
            String product = shop.product();
            if (wants) wanted.put(String.valueOf(turn / 2), product);
        }
        await().atMost(LONG).until(() -> receiver.received().size() >= wanted.size());
        assertThat(productsByNumber(receiver)).isEqualTo(wanted);
    }

    @Test
    void tellsOfEndsAsTheCatalogueSays() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.deleted', 'access.expired']");
        String user = shop.post("/api/v1/users", "{'email': 'ada-%s@example.com'}".formatted(UUID.randomUUID()))
                .id();
        String kept = shop.product();
        shop.post(
                "/api/v1/users/" + user + "/access", "{'product_id': '%s', 'access_duration_days': 1}".formatted(kept));
        String product = shop.product();
        shop.delete("/api/v1/products/" + product);
        awaitDelivered(webhook, 1);
        shop.clock().advance(Duration.ofDays(2));
        await().atMost(LONG).until(() -> receiver.received().size() == 2);
        Received deleted = receiver.received().getFirst();
        Received expired = receiver.received().get(1);
        assertThat(deleted.header("x-sellf-event")).isEqualTo("product.deleted");
        assertThat(product(deleted)).isEqualTo(product);
        assertAsTheCatalogueSays(deleted);
        assertThat(expired.header("x-sellf-event")).isEqualTo("access.expired");
        assertThat(product(expired)).isEqualTo(kept);
        assertThat(json(expired).at("/data/customer/userId").asString()).isEqualTo(user);
        assertAsTheCatalogueSays(expired);
    }

    private static void assertAsTheCatalogueSays(Received received) {
        JsonNode body = json(received);
        Catalogue.Entry entry =
                Catalogue.of(WebhookEventName.of(body.path("event").asString()).orElseThrow());
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(entry.schema())
                        .validate(body))
                .as(received.body())
                .isEmpty();
    }

    @Test
    void takesAnAnswerThatComesTooLateForNone() {
        CountDownLatch askedAgain = new CountDownLatch(1);
        AtomicInteger requests = new AtomicInteger();
        receiver.behave((socket, out) -> {
            if (requests.incrementAndGet() == 1) askedAgain.await();
            else askedAgain.countDown();
            Receiver.answering(200, "ok").answer(socket, out);
        });
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        JsonNode log = awaitSuccess(webhook);
        assertThat(log.path("attempt_count").asInt()).isEqualTo(2);
        JsonNode attempts =
                shop.get(LOGS + "/" + log.path("id").asString()).data().path("attempts");
        assertThat(attempts.size()).isEqualTo(2);
        assertThat(attempts.get(0).path("http_status").asInt()).isEqualTo(408);
        assertThat(attempts.get(0).path("error_message").asString()).containsIgnoringCase("timed out");
        assertThat(attempts.get(0).path("response_body").isNull()).isTrue();
        assertThat(attempts.get(1).path("http_status").asInt()).isEqualTo(200);
        assertThat(receiver.received())
                .hasSize(2)
                .extracting(one -> one.header("webhook-id"))
                .containsOnly(log.path("message_id").asString());
    }

    @Test
    void signsEachAttemptWithItsOwnTime() {
        Duration between = Duration.ofSeconds(10); // less than the first attempt is leased for
        AtomicInteger requests = new AtomicInteger();
        receiver.behave((socket, out) -> {
            boolean broken = requests.incrementAndGet() == 1;
            if (broken) shop.clock().advance(between);
            Receiver.answering(broken ? 500 : 200, "").answer(socket, out);
        });
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        awaitSuccess(webhook);
        assertThat(receiver.received()).hasSize(2);
        Received first = receiver.received().getFirst();
        Received second = receiver.received().get(1);
        assertThat(second.header("webhook-id")).isNotEmpty().isEqualTo(first.header("webhook-id"));
        assertThat(sentAt(second) - sentAt(first)).isGreaterThanOrEqualTo(between.toSeconds());
        for (Received one : List.of(first, second)) {
            assertThat(one.header("webhook-signature")).isEqualTo(signature(webhook.text("secret"), one));
            assertThat(one.header("x-sellf-signature")).startsWith("t=" + sentAt(one) + ",v1=");
        }
    }

    @Test
    void signsWithTheOldSecretUntilItsGraceIsOver() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        Reply rotated = shop.post("/api/v1/webhooks/" + webhook.id() + "/rotate-secret", "{'grace_period_hours': 1}");
        shop.product();
        awaitDelivered(webhook, 1);
        Received during = receiver.received().getFirst();
        assertThat(during.header("webhook-signature").split(" ", -1))
                .containsExactly(signature(rotated.text("secret"), during), signature(webhook.text("secret"), during));
        shop.clock().advance(Duration.ofHours(1));
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 2);
        Received after = receiver.received().get(1);
        assertThat(after.header("webhook-signature")).isEqualTo(signature(rotated.text("secret"), after));
        assertThat(after.header("x-sellf-signature").split("v1=", -1)).hasSize(2);
    }

    /** As a receiver's library makes it, whatever the clock says here. */
    private static String signature(String secret, Received received) {
        try {
            return new Webhook(secret).sign(received.header("webhook-id"), sentAt(received), received.body());
        } catch (WebhookSigningException e) {
            throw new AssertionError(e);
        }
    }

    private static long sentAt(Received received) {
        return Long.parseLong(received.header("webhook-timestamp"));
    }

    private JsonNode awaitSuccess(Reply webhook) {
        String path = LOGS + "?endpoint_id=" + webhook.id();
        await().atMost(LONG)
                .until(() ->
                        shop.get(path).data().path(0).path("status").asString().equals("success"));
        return shop.get(path).data().path(0);
    }

    private static Map<String, String> productsByNumber(Receiver receiver) {
        return receiver.received().stream()
                .collect(Collectors.toMap(one -> one.header("x-tillstream-sequence"), PromisesTest::product));
    }

    private static String product(Received received) {
        return json(received).at("/data/product/id").asString();
    }

    private static JsonNode json(Received received) {
        return EventJson.STORED.readTree(received.body());
    }

    /** Recorded too: what isn't yet is sent again when its lease ends, which a moved clock brings about. */
    private void awaitDelivered(Reply webhook, int count) {
        await().atMost(LONG)
                .until(() -> shop.get("/api/v1/webhooks/" + webhook.id() + "/stats")
                                .data()
                                .path("delivered")
                                .asInt()
                        == count);
    }
}
