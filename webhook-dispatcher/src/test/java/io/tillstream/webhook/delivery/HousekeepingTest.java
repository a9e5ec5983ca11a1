package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a dispatcher tidies while it runs. */
class HousekeepingTest {
    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop("tillstream.webhook.retention=1d");

    private final Receiver receiver = shop.receiver();

    @Test
    void dropsEachHourTheDaysThatTheRetentionHasPassedFor() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        awaitLog(webhook, 1);
        shop.clock().advance(Duration.ofDays(3));
        shop.product();
        awaitLog(webhook, 2);
        await().until(() -> shop.count("all_attempts") == 1);
        shop.clock().advance(Duration.ofDays(3));
        awaitLog(webhook);
    }

    /** The sequences that are kept and delivered. */
    private static void awaitLog(ShopWebhook webhook, Integer... sequences) {
        await().until(() -> webhook.logs("success").stream()
                .map(one -> one.path("sequence").asInt())
                .toList()
                .equals(List.of(sequences)));
    }
}
