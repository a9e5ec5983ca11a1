package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How fast and in which order an endpoint is sent to, with two dispatchers at it. */
class PaceTest {
    private static final String[] SETTINGS = {"tillstream.webhook.retries=50ms,100ms,150ms"};

    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop(SETTINGS);

    private final Receiver receiver = shop.receiver();

    @BeforeAll
    static void anotherDispatcher() {
        shop.anotherDispatcher(SETTINGS);
    }

    @Test
    void keepsAStrictOrderThroughFailures() {
        var seen = ConcurrentHashMap.<Long>newKeySet();
        receiver.behave((socket, out) -> {
            long number = receiver.received().getLast().number();
            boolean first = seen.add(number);
            Receiver.answering(first && number % 3 == 0 ? 500 : 200, "").answer(socket, out);
        });
        shop.toldOfProducts(receiver, "'strict_order': true");
        shop.products(12);
        receiver.awaitReceived(16);
        assertThat(receiver.numbers())
                .containsExactly(1L, 2L, 3L, 3L, 4L, 5L, 6L, 6L, 7L, 8L, 9L, 9L, 10L, 11L, 12L, 12L);
    }

    @Test
    void goesOnInOrderAfterWhatIsGivenUp() {
        receiver.behave((socket, out) -> {
            boolean second = receiver.received().getLast().number() == 2;
            Receiver.answering(second ? 404 : 200, "").answer(socket, out);
        });
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'strict_order': true");
        shop.products(3);
        receiver.awaitReceived(6);
        assertThat(receiver.numbers()).containsExactly(1L, 2L, 2L, 2L, 2L, 3L);

        receiver.behave(Receiver.answering(200, ""));
        String given = ShopWebhook.path(webhook.delivery(2));
        assertThat(shop.post(given + "/replay", "").status()).isEqualTo(200);
        await().until(() -> shop.get(given).text("status").equals("success"));
        shop.product();
        receiver.awaitReceived(8);
        assertThat(receiver.numbers()).endsWith(2L, 4L);
    }

    @Test
    void keepsARetryByHandOutOfAStrictOrder() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'strict_order': true");
        shop.product();
        String given = ShopWebhook.path(webhook.awaitStatus("permanently_failed"));
        receiver.behave((socket, out) -> {
            boolean first = receiver.received().getLast().number() == 1;
            Receiver.answering(first ? 503 : 200, "", "Retry-After: 3600").answer(socket, out);
        });
        assertThat(shop.post(given + "/retry", "").data().path("http_status").asInt())
                .isEqualTo(503);
        assertThat(webhook.delivery(1).path("status").asString()).isEqualTo("pending_retry");
        shop.products(3);
        receiver.awaitReceived(8);
        assertThat(receiver.numbers()).endsWith(1L, 2L, 3L, 4L);
        assertThat(webhook.delivery(1).path("status").asString()).isEqualTo("pending_retry");
    }

    @Test
    void waitsForOneThatWaitsUntilThatIsHurriedOrCanceledAndHoldsUpNobodyElse() {
        receiver.behave(Receiver.answering(503, "later", "Retry-After: 3600"));
        ShopWebhook strict = shop.toldOfProducts(receiver, "'strict_order': true");
        Receiver other = shop.receiver();
        shop.toldOfProducts(other);
        shop.products(20);
        other.awaitReceived(20);
        await().until(() -> strict.status(1).equals("pending_retry"));
        assertThat(receiver.numbers()).containsExactly(1L);
        String later = ShopWebhook.path(strict.delivery(2));
        assertThat(shop.get(later).text("status")).isEqualTo("pending");

        shop.post(ShopWebhook.path(strict.delivery(1)) + "/force-retry", "");
        receiver.awaitReceived(2);
        assertThat(receiver.numbers()).containsExactly(1L, 1L);
        assertThat(shop.post(later + "/cancel", "").status()).isEqualTo(200);
        await().until(() -> strict.delivery(1).path("attempt_count").asInt() == 2);
        receiver.behave(Receiver.answering(200, ""));
        assertThat(shop.post(ShopWebhook.path(strict.delivery(1)) + "/cancel", "")
                        .status())
                .isEqualTo(200);
        receiver.awaitReceived(20);
        assertThat(receiver.numbers().subList(2, 20))
                .containsExactlyElementsOf(LongStream.rangeClosed(3, 20).boxed().toList());
    }

    @Test
    void sendsWhatWasHeldInOrder() {
        receiver.behave(Receiver.answering(410, "gone"));
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'strict_order': true");
        shop.product();
        webhook.awaitSuspended();
        shop.products(8);
        await().until(() -> webhook.status(9).equals("held"));
        receiver.behave(Receiver.answering(200, ""));
        webhook.patch("{'is_active': true}");
        shop.products(3);
        receiver.awaitReceived(12);
        assertThat(receiver.numbers())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 12).boxed().toList());
    }

    @Test
    void keepsTheRateWhoeverSends() {
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'rate_limit': {'deliveries': 10, 'per': 'second'}");
        assertThat(webhook.made().data().at("/rate_limit/deliveries").asInt()).isEqualTo(10);
        Receiver other = shop.receiver();
        shop.toldOfProducts(other);
        Instant before = shop.clock().instant();
        shop.products(25);
        other.awaitReceived(25);
        receiver.awaitReceived(25);
        await().until(() -> webhook.starts().size() == 25);
        // 2.4 s by the rate, however late the first one is; PostgreSQL rounds
        assertThat(Duration.between(before, webhook.starts().getLast())).isGreaterThan(Duration.ofMillis(2_390));

        Reply freed = webhook.patch("{'rate_limit': null}");
        assertThat(freed.data().path("rate_limit").isNull()).isTrue();
        shop.products(5);
        receiver.awaitReceived(30);
    }
}
