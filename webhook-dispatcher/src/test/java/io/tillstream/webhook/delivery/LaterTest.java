package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static io.tillstream.webhook.delivery.ShopWebhook.LOGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** What days bring. */
class LaterTest {
    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop("tillstream.webhook.retries=50ms");

    private final Receiver receiver = shop.receiver();

    @Test
    void suspendsAReceiverThatFailedForDaysAndSaysWhy() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitStats("failed", 1);
        shop.clock().advance(Duration.ofDays(4));
        shop.product();
        webhook.awaitStats("failed", 1); // of the last 24 hours
        assertThat(receiver.received()).hasSize(4);
        receiver.behave(Receiver.answering(200, "ok")); // once in between is enough to begin anew
        shop.product();
        await().until(() -> webhook.stats().path("failing_since").isNull());
        receiver.behave(Receiver.answering(404, "nobody"));
        shop.clock().advance(Duration.ofDays(2));
        shop.product();
        webhook.awaitStats("failed", 1);
        assertThat(receiver.received()).hasSize(7);
        assertThat(webhook.shown().path("suspension").isNull()).isTrue();

        shop.clock().advance(Duration.ofDays(5));
        shop.product();
        await().until(() -> !webhook.shown().path("suspension").isNull());
        assertThat(webhook.shown().path("suspension").asString()).startsWith("All deliveries have failed since ");
        assertThat(webhook.shown().path("is_active").asBoolean(true)).isFalse();
        shop.product();
        webhook.awaitStatus("held");
    }

    @Test
    void tellsOfAccessThatRanOut() {
        shop.webhook(receiver.url(), "'events': ['access.expired']");
        String user = shop.user();
        shop.grant(user, shop.product(), "'access_duration_days': 1");
        shop.clock().advance(Duration.ofDays(2));
        JsonNode body = receiver.awaitReceived(1).getFirst().json();
        assertThat(body.path("event").asString()).isEqualTo("access.expired");
        assertThat(body.at("/data/customer/userId").asString()).isEqualTo(user);
        assertThat(body.at("/data/access/expiredAt").asString()).isNotEmpty();
    }

    @Test
    void dropsDaysThatAreOlderThanTheRetention() {
        Partitions partitions = shop.bean(Partitions.class);
        partitions.dropBefore(shop.clock().instant().minus(Duration.ofDays(1))); // other tests' days
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'strict_order': true");
        receiver.behave(Receiver.answering(503, "later", "Retry-After: 172800"));
        shop.product();
        await().until(() -> webhook.status(1).equals("pending_retry"));
        shop.product();
        await().until(() -> webhook.status(2).equals("pending"));
        receiver.behave(Receiver.answering(200, "ok"));
        assertThat(partitions.dropBefore(shop.clock().instant().minus(Duration.ofDays(1))))
                .isZero();
        // a retention that is for ever leaves what waits, too
        assertThat(partitions.dropBefore(shop.clock().instant().minus(Duration.ofDays(36_500))))
                .isZero();
        assertThat(shop.jdbc()
                        .sql("select count(*) from queue")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
        shop.clock().advance(Duration.ofDays(1)); // less than the first one waits for
        partitions.make(shop.clock().instant());
        int dropped = partitions.dropBefore(shop.clock().instant());
        assertThat(dropped).isPositive();
        assertThat(shop.get(LOGS).data().isEmpty()).isTrue();
        shop.product(); // what was dropped doesn't hold it up
        assertThat(receiver.awaitReceived(2).getLast().number()).isEqualTo(3);
        Reply feed = shop.get(webhook.path() + "/feed");
        assertThat(feed.status()).isEqualTo(410);
        assertThat(feed.json().at("/error/details/first/0").asString()).isEqualTo("3");
    }
}
