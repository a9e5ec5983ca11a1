package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What days bring. */
class LaterTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final DispatcherShop shop = new DispatcherShop("tillstream.webhook.retries=50ms");
    private final Receiver receiver = new Receiver();

    @AfterEach
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void suspendsAReceiverThatFailedForDaysAndSaysWhy() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        String path = "/api/v1/webhooks/" + webhook.id();
        shop.product();
        awaitFailed(path, 1);
        shop.clock().advance(Duration.ofDays(4));
        shop.product();
        awaitFailed(path, 1); // of the last 24 hours
        assertThat(receiver.received()).hasSize(4);
        receiver.behave(Receiver.answering(200, "ok")); // once in between is enough to begin anew
        shop.product();
        await().atMost(LONG)
                .until(() ->
                        shop.get(path + "/stats").data().path("failing_since").isNull());
        receiver.behave(Receiver.answering(404, "nobody"));
        shop.clock().advance(Duration.ofDays(2));
        shop.product();
        awaitFailed(path, 1);
        assertThat(receiver.received()).hasSize(7);
        assertThat(shop.get(path).data().path("suspension").isNull()).isTrue();

        shop.clock().advance(Duration.ofDays(5));
        shop.product();
        await().atMost(LONG)
                .until(() -> !shop.get(path).data().path("suspension").isNull());
        assertThat(shop.get(path).text("suspension")).startsWith("All deliveries have failed since ");
        assertThat(shop.get(path).data().path("is_active").asBoolean(true)).isFalse();
        shop.product();
        await().atMost(LONG)
                .until(() -> shop.get("/api/v1/webhooks/logs?limit=1")
                        .data()
                        .path(0)
                        .path("status")
                        .asString()
                        .equals("held"));
    }

    private void awaitFailed(String webhook, int count) {
        await().atMost(LONG)
                .until(() -> shop.get(webhook + "/stats").data().path("failed").asInt() == count);
    }

    @Test
    void tellsOfAccessThatRanOut() {
        shop.webhook(receiver.url(), "'events': ['access.expired']");
        String user = shop.post("/api/v1/users", "{'email': 'ada-%s@example.com'}".formatted(UUID.randomUUID()))
                .id();
        shop.post(
                "/api/v1/users/" + user + "/access",
                "{'product_id': '%s', 'access_duration_days': 1}".formatted(shop.product()));
        shop.clock().advance(Duration.ofDays(2));
        await().atMost(LONG).until(() -> !receiver.received().isEmpty());
        var body = EventJson.STORED.readTree(receiver.received().getFirst().body());
        assertThat(body.path("event").asString()).isEqualTo("access.expired");
        assertThat(body.at("/data/customer/userId").asString()).isEqualTo(user);
        assertThat(body.at("/data/access/expiredAt").asString()).isNotEmpty();
    }

    @Test
    void dropsDaysThatAreOlderThanTheRetention() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']", "'strict_order': true");
        receiver.behave(Receiver.answering(503, "later", "Retry-After: 172800"));
        shop.product();
        await().atMost(LONG).until(() -> status(1).equals("pending_retry"));
        shop.product();
        await().atMost(LONG).until(() -> status(2).equals("pending"));
        receiver.behave(Receiver.answering(200, "ok"));
        Partitions partitions = shop.bean(Partitions.class);
        assertThat(partitions.dropBefore(shop.clock().instant().minus(Duration.ofDays(1))))
                .isZero();
        shop.clock().advance(Duration.ofDays(1)); // less than the first one waits for
        partitions.make(shop.clock().instant());
        int dropped = partitions.dropBefore(shop.clock().instant());
        assertThat(dropped).isPositive();
        assertThat(shop.get("/api/v1/webhooks/logs").data().isEmpty()).isTrue();
        shop.product(); // what was dropped doesn't hold it up
        await().atMost(LONG).until(() -> receiver.received().size() == 2);
        assertThat(receiver.received().getLast().header("x-tillstream-sequence"))
                .isEqualTo("3");
        Reply feed = shop.get("/api/v1/webhooks/" + webhook.id() + "/feed");
        assertThat(feed.status()).isEqualTo(410);
        assertThat(feed.json().at("/error/details/first/0").asString()).isEqualTo("3");
    }

    /** Of the delivery with a number; empty while there is none. */
    private String status(int number) {
        return shop.get("/api/v1/webhooks/logs")
                .data()
                .valueStream()
                .filter(one -> one.path("sequence").asInt() == number)
                .map(one -> one.path("status").asString())
                .findFirst()
                .orElse("");
    }
}
