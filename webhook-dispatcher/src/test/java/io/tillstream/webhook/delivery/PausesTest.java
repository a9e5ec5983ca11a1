package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How seldom a receiver that isn't there is tried. */
class PausesTest {
    // one at a time, and no retry in the way of those that wait for their first attempt
    @RegisterExtension
    private static final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=12h", "tillstream.webhook.per-endpoint=1");

    private final Receiver receiver = shop.receiver();

    @Test
    void growProbeByProbeAndEndWithASuccess() {
        receiver.behave(Receiver.answering(503, "away"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.products(12);
        awaitUnavailable(webhook, 5);
        assertThat(webhook.starts()).hasSize(5);
        int attempts = 5;
        for (Duration pause : List.of(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(20))) {
            Instant last = webhook.starts().getLast();
            Instant until = pausedUntil(webhook);
            assertThat(until).isBetween(last.plus(pause), last.plus(pause.multipliedBy(2)));
            shop.clock().advance(pause);
            awaitUnavailable(webhook, ++attempts);
            assertThat(webhook.starts()).hasSize(attempts);
            assertThat(webhook.starts().getLast()).isAfterOrEqualTo(until);
        }
        assertThat(receiver.received()).hasSize(8);
        receiver.behave(Receiver.answering(200, "back"));
        shop.clock().advance(Duration.ofSeconds(40));
        assertThat(receiver.awaitReceived(12))
                .extracting(one -> one.header("webhook-id"))
                .doesNotHaveDuplicates();
        webhook.awaitStats("delivered", 4);
        assertThat(webhook.stats().path("paused_until").isNull()).isTrue();
    }

    @Test
    void endWithASuccessWhereAnotherDispatcherBeganThemAMomentBefore() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        webhook.post("/test", "{}");
        shop.jdbc()
                .sql(
                        "update health set unavailable = 5, failing_since = now(), paused_until = now() + interval '1 hour'"
                                + " where endpoint_id = :id")
                .param("id", webhook.uuid())
                .update();
        assertThat(webhook.stats().path("paused_until").isNull()).isFalse();
        webhook.post("/test", "{}");
        assertThat(receiver.received()).hasSize(2);
        assertThat(webhook.stats().path("paused_until").isNull()).isTrue();
    }

    /** So many attempts in a row have met no receiver, as is recorded together with them. */
    private void awaitUnavailable(ShopWebhook webhook, int count) {
        await().until(() -> shop.jdbc()
                        .sql("select unavailable from health where endpoint_id = :id")
                        .param("id", webhook.uuid())
                        .query(Integer.class)
                        .single()
                == count);
    }

    private Instant pausedUntil(ShopWebhook webhook) {
        return shop.jdbc()
                .sql("select paused_until from health where endpoint_id = :id")
                .param("id", webhook.uuid())
                .query((rs, n) -> requireNonNull(rs.getTimestamp(1)).toInstant())
                .single();
    }
}
