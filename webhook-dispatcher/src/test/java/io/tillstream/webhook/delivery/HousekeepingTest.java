package io.tillstream.webhook.delivery;

import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a dispatcher tidies while it runs. */
class HousekeepingTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final DispatcherShop shop = new DispatcherShop("tillstream.webhook.retention=1d");
    private final Receiver receiver = new Receiver();

    @AfterEach
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void dropsEachHourTheDaysThatTheRetentionHasPassedFor() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        awaitLog(webhook, 1);
        shop.clock().advance(Duration.ofDays(3));
        shop.product();
        awaitLog(webhook, 2);
        await().atMost(LONG)
                .until(() -> shop.jdbc()
                                .sql("select count(*) from attempts")
                                .query(Long.class)
                                .single()
                        == 1);
        shop.clock().advance(Duration.ofDays(3));
        awaitLog(webhook);
    }

    /** The sequences that are kept and delivered. */
    private void awaitLog(Reply webhook, Integer... sequences) {
        await().atMost(LONG)
                .until(() -> shop.get("/api/v1/webhooks/logs?status=success&endpoint_id=" + webhook.id())
                        .data()
                        .valueStream()
                        .map(one -> one.path("sequence").asInt())
                        .toList()
                        .equals(List.of(sequences)));
    }
}
