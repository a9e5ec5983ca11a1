package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import io.tillstream.webhook.delivery.Receiver.Received;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** What receivers may rely on: who is told of what, in which words and with which signature. */
class PromisesTest {
    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop("tillstream.webhook.retries=100ms,100ms");

    private final Receiver receiver = shop.receiver();

    @Test
    void tellsTestWebhooksOfTestsAndLiveOnesOfTheRest() {
        String testKey = shop.postAsAdmin(
                        "/api/v1/api-keys", "{'name': 'Tests', 'scopes': ['*'], 'environment': 'test'}")
                .text("key");
        Receiver tests = shop.receiver();
        Reply testWebhook = shop.postWith(
                testKey, "/api/v1/webhooks", "{'url': '%s', 'events': ['product.created']}".formatted(tests.url()));
        assertThat(testWebhook.status()).isEqualTo(201);
        String testWebhookPath = "/api/v1/webhooks/" + testWebhook.id();
        await().until(() -> shop.getWith(testKey, testWebhookPath).status() == 200);
        assertThat(shop.get(testWebhookPath).status()).isEqualTo(404);
        shop.toldOfProducts(receiver);
        String live = shop.product();
        String test = testProduct(testKey);
        String nextLive = shop.product();
        String nextTest = testProduct(testKey);
        assertThat(productsByNumber(receiver, 2)).isEqualTo(Map.of(1L, live, 2L, nextLive));
        assertThat(productsByNumber(tests, 2)).isEqualTo(Map.of(1L, test, 2L, nextTest));
    }

    private String testProduct(String testKey) {
        return shop.postWith(testKey, "/api/v1/products", DispatcherShop.PRODUCT.formatted(UUID.randomUUID()))
                .id();
    }

    @Test
    void tellsOfEachEventByWhatTheWebhookWasThen() {
        ShopWebhook webhook = shop.webhook(receiver.url());
        Map<String, Integer> turns = new HashMap<>();
        shop.whileNothingIsTakenIn(() -> {
            for (int turn = 1; turn <= 20; turn++) {
                webhook.patch("{'custom_payload_fields': {'turn': %d}}".formatted(turn));
                turns.put(shop.product(), turn);
            }
        });
        assertThat(receiver.awaitReceived(turns.size()).stream()
                        .collect(Collectors.toMap(
                                Received::product,
                                one -> one.json().path("turn").asInt())))
                .isEqualTo(turns);
    }

    @Test
    void tellsOfEachEventWhereTheWebhookWantedItThen() {
        ShopWebhook webhook = shop.webhook(receiver.url(), "'events': ['product.deleted']");
        Map<Long, String> wanted = new HashMap<>();
        for (int turn = 1; turn <= 20; turn++) {
            boolean wants = turn % 2 == 0;
            webhook.patch("{'events': ['%s']}".formatted(wants ? "product.created" : "product.deleted"));
            String product = shop.product();
            if (wants) wanted.put(turn / 2L, product);
        }
        assertThat(productsByNumber(receiver, wanted.size())).isEqualTo(wanted);
    }

    @Test
    void tellsOfEndsAsTheCatalogueSays() {
        ShopWebhook webhook = shop.webhook(receiver.url(), "'events': ['product.deleted', 'access.expired']");
        String user = shop.user();
        String kept = shop.product();
        shop.grant(user, kept, "'access_duration_days': 1");
        String product = shop.product();
        shop.delete("/api/v1/products/" + product);
        awaitDelivered(webhook);
        shop.clock().advance(Duration.ofDays(2));
        receiver.awaitReceived(2);
        Received deleted = receiver.received().getFirst();
        Received expired = receiver.received().get(1);
        assertThat(deleted.header("x-sellf-event")).isEqualTo("product.deleted");
        assertThat(deleted.product()).isEqualTo(product);
        deleted.assertAsTheCatalogueSays();
        assertThat(expired.header("x-sellf-event")).isEqualTo("access.expired");
        assertThat(expired.product()).isEqualTo(kept);
        assertThat(expired.json().at("/data/customer/userId").asString()).isEqualTo(user);
        expired.assertAsTheCatalogueSays();
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
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        JsonNode log = webhook.awaitStatus("success");
        assertThat(log.path("attempt_count").asInt()).isEqualTo(2);
        JsonNode attempts = shop.get(ShopWebhook.path(log)).data().path("attempts");
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
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitStatus("success");
        assertThat(receiver.received()).hasSize(2);
        Received first = receiver.received().getFirst();
        Received second = receiver.received().get(1);
        assertThat(second.header("webhook-id")).isNotEmpty().isEqualTo(first.header("webhook-id"));
        assertThat(sentAt(second) - sentAt(first)).isGreaterThanOrEqualTo(between.toSeconds());
        for (Received one : List.of(first, second)) {
            assertThat(one.header("webhook-signature")).isEqualTo(signature(webhook.secret(), one));
            assertThat(one.header("x-sellf-signature")).startsWith("t=" + sentAt(one) + ",v1=");
        }
    }

    @Test
    void signsWithTheOldSecretUntilItsGraceIsOver() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        Reply rotated = webhook.post("/rotate-secret", "{'grace_period_hours': 1}");
        shop.product();
        awaitDelivered(webhook);
        Received during = receiver.received().getFirst();
        assertThat(during.header("webhook-signature").split(" ", -1))
                .containsExactly(signature(rotated.text("secret"), during), signature(webhook.secret(), during));
        shop.clock().advance(Duration.ofHours(1));
        shop.product();
        receiver.awaitReceived(2);
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

    private static Map<Long, String> productsByNumber(Receiver receiver, int count) {
        return receiver.awaitReceived(count).stream().collect(Collectors.toMap(Received::number, Received::product));
    }

    /** Recorded too: what isn't yet is sent again when its lease ends, which a moved clock brings about. */
    private static void awaitDelivered(ShopWebhook webhook) {
        webhook.awaitStats("delivered", 1);
    }
}
