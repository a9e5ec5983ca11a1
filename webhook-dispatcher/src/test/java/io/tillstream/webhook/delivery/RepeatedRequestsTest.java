package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.ShopWebhook.LOGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.webhook.delivery.DispatcherShop.Repeatable;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The dispatcher's own POSTs, sent again with their idempotency key. */
class RepeatedRequestsTest {
    @RegisterExtension
    private static final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=50ms", "tillstream.webhook.timeout=20s");

    private final Receiver receiver = shop.receiver();

    @Test
    void sendATestOnce() {
        ShopWebhook webhook = shop.webhook(receiver.url());
        String path = webhook.path() + "/test";
        String key = unique();
        Repeatable first = shop.postOnce(path, "{'event_type': 'access.granted'}", key);
        Repeatable again = shop.postOnce(path, "{'event_type': 'access.granted'}", key);
        assertThat(first.replayed()).isFalse();
        assertThat(again.replayed()).isTrue();
        assertThat(again.reply()).isEqualTo(first.reply());
        assertThat(receiver.received()).hasSize(1);
        assertThat(shop.postOnce(path, "{'event_type': 'product.created'}", key)
                        .reply()
                        .status())
                .isEqualTo(422);
        assertThat(shop.postOnce(path, "{'event_type': 'access.granted'}", unique())
                        .replayed())
                .isFalse();
        assertThat(receiver.received()).hasSize(2);
    }

    @Test
    void saySoWhileTheFirstOneIsRunning() throws Exception {
        ShopWebhook webhook = shop.webhook(receiver.url());
        receiver.answerLate(200, "ok");
        String path = webhook.path() + "/test";
        String key = unique();
        var first = CompletableFuture.supplyAsync(() -> shop.postOnce(path, "", key));
        receiver.awaitReceived(1);
        Repeatable meanwhile = shop.postOnce(path, "", key);
        receiver.mayAnswer();
        assertThat(meanwhile.reply().status()).isEqualTo(409);
        assertThat(first.get().reply().status()).isEqualTo(200);
        assertThat(shop.postOnce(path, "", key).replayed()).isTrue();
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void forgetRefusalsAndWhatRolledBack() {
        String path = "/api/v1/webhooks/" + UUID.randomUUID() + "/test";
        String key = unique();
        assertThat(shop.postOnce(path, "", key).reply().status()).isEqualTo(404);
        Repeatable again = shop.postOnce(path, "", key);
        assertThat(again.reply().status()).isEqualTo(404);
        assertThat(again.replayed()).isFalse();
    }

    @Test
    void startDeliveriesOverAndHistoryOnce() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        String path = ShopWebhook.path(webhook.awaitStatus("permanently_failed"));

        String replay = unique();
        assertThat(shop.postOnce(path + "/replay", "", replay).reply().status()).isEqualTo(200);
        receiver.awaitReceived(4);
        webhook.awaitStatus("permanently_failed");
        assertThat(shop.postOnce(path + "/replay", "", replay).replayed()).isTrue();
        assertThat(webhook.logs("permanently_failed")).hasSize(1);

        receiver.behave(Receiver.answering(200, "ok"));
        String retry = unique();
        Repeatable retried = shop.postOnce(path + "/retry", "", retry);
        assertThat(retried.reply().data().path("success").asBoolean()).isTrue();
        assertThat(shop.postOnce(path + "/retry", "", retry).reply()).isEqualTo(retried.reply());
        assertThat(receiver.received()).hasSize(5);

        String many = unique();
        String which = "{'endpoint_id': '%s'}".formatted(webhook.id());
        assertThat(shop.postOnce(LOGS + "/retry", which, many)
                        .reply()
                        .data()
                        .path("retried")
                        .asInt())
                .isZero();
        assertThat(shop.postOnce(LOGS + "/retry", which, many).replayed()).isTrue();

        String history = unique();
        String replays = webhook.path() + "/replays";
        Repeatable begun = shop.postOnce(replays, "{'rate': 1000}", history);
        Repeatable same = shop.postOnce(replays, "{'rate': 1000}", history);
        assertThat(begun.reply().status()).isEqualTo(201);
        assertThat(same.replayed()).isTrue();
        assertThat(same.reply().id()).isEqualTo(begun.reply().id());
    }

    private static String unique() {
        return UUID.randomUUID().toString();
    }
}
