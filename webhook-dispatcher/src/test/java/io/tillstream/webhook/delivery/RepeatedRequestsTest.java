package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Repeatable;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** The dispatcher's own POSTs, sent again with their idempotency key. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepeatedRequestsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=50ms", "tillstream.webhook.timeout=20s");
    private Receiver receiver = new Receiver();

    @AfterEach
    void anotherReceiver() {
        receiver.close();
        receiver = new Receiver();
    }

    @AfterAll
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void sendATestOnce() {
        Reply webhook = shop.webhook(receiver.url());
        String path = "/api/v1/webhooks/" + webhook.id() + "/test";
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
        Reply webhook = shop.webhook(receiver.url());
        CountDownLatch answered = new CountDownLatch(1);
        receiver.behave((socket, out) -> {
            answered.await();
            Receiver.answering(200, "ok").answer(socket, out);
        });
        String path = "/api/v1/webhooks/" + webhook.id() + "/test";
        String key = unique();
        var first = CompletableFuture.supplyAsync(() -> shop.postOnce(path, "", key));
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        Repeatable meanwhile = shop.postOnce(path, "", key);
        answered.countDown();
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
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        String logs = "/api/v1/webhooks/logs?status=permanently_failed&endpoint_id=" + webhook.id();
        await().atMost(LONG).until(() -> shop.get(logs).data().size() == 1);
        JsonNode log = shop.get(logs).data().get(0);
        String path = "/api/v1/webhooks/logs/" + log.path("id").asString();

        String replay = unique();
        assertThat(shop.postOnce(path + "/replay", "", replay).reply().status()).isEqualTo(200);
        await().atMost(LONG).until(() -> receiver.received().size() == 4);
        await().atMost(LONG).until(() -> shop.get(logs).data().size() == 1);
        assertThat(shop.postOnce(path + "/replay", "", replay).replayed()).isTrue();
        assertThat(shop.get(logs).data().size()).isEqualTo(1);

        receiver.behave(Receiver.answering(200, "ok"));
        String retry = unique();
        Repeatable retried = shop.postOnce(path + "/retry", "", retry);
        assertThat(retried.reply().data().path("success").asBoolean()).isTrue();
        assertThat(shop.postOnce(path + "/retry", "", retry).reply()).isEqualTo(retried.reply());
        assertThat(receiver.received()).hasSize(5);

        String many = unique();
        String which = "{'endpoint_id': '%s'}".formatted(webhook.id());
        assertThat(shop.postOnce("/api/v1/webhooks/logs/retry", which, many)
                        .reply()
                        .data()
                        .path("retried")
                        .asInt())
                .isZero();
        assertThat(shop.postOnce("/api/v1/webhooks/logs/retry", which, many).replayed())
                .isTrue();

        String history = unique();
        String replays = "/api/v1/webhooks/" + webhook.id() + "/replays";
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
