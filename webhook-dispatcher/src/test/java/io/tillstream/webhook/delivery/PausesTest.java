package io.tillstream.webhook.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How seldom a receiver that isn't there is tried. */
class PausesTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    // one at a time, and no retry in the way of those that wait for their first attempt
    private final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=12h", "tillstream.webhook.per-endpoint=1");
    private final Receiver receiver = new Receiver();

    @AfterEach
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void growProbeByProbeAndEndWithASuccess() {
        receiver.behave(Receiver.answering(503, "away"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        for (int i = 0; i < 12; i++) shop.product();
        awaitUnavailable(webhook, 5);
        assertThat(starts(webhook)).hasSize(5);
        int attempts = 5;
        for (Duration pause : List.of(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(20))) {
            Instant last = starts(webhook).getLast();
            Instant until = pausedUntil(webhook);
            assertThat(until).isBetween(last.plus(pause), last.plus(pause.multipliedBy(2)));
            shop.clock().advance(pause);
            awaitUnavailable(webhook, ++attempts);
            assertThat(starts(webhook)).hasSize(attempts);
            assertThat(starts(webhook).getLast()).isAfterOrEqualTo(until);
        }
        assertThat(receiver.received()).hasSize(8);
        receiver.behave(Receiver.answering(200, "back"));
        shop.clock().advance(Duration.ofSeconds(40));
        await().atMost(LONG).until(() -> receiver.received().size() == 12);
        assertThat(receiver.received())
                .extracting(one -> one.header("webhook-id"))
                .doesNotHaveDuplicates();
        await().atMost(LONG)
                .until(() -> shop.get("/api/v1/webhooks/" + webhook.id() + "/stats")
                                .data()
                                .path("delivered")
                                .asInt()
                        == 4);
        assertThat(shop.get("/api/v1/webhooks/" + webhook.id() + "/stats")
                        .data()
                        .path("paused_until")
                        .isNull())
                .isTrue();
    }

    /** So many attempts in a row have met no receiver, as is recorded together with them. */
    private void awaitUnavailable(Reply webhook, int count) {
        await().atMost(LONG)
                .until(() -> shop.jdbc()
                                .sql("select unavailable from health where endpoint_id = :id")
                                .param("id", UUID.fromString(webhook.id()))
                                .query(Integer.class)
                                .single()
                        == count);
    }

    private Instant pausedUntil(Reply webhook) {
        return shop.jdbc()
                .sql("select paused_until from health where endpoint_id = :id")
                .param("id", UUID.fromString(webhook.id()))
                .query((rs, n) -> requireNonNull(rs.getTimestamp(1)).toInstant())
                .single();
    }

    private List<Instant> starts(Reply webhook) {
        return shop.jdbc()
                .sql("select a.started_at from attempts a join deliveries d on d.id = a.delivery_id"
                        + " where d.endpoint_id = :id order by a.started_at")
                .param("id", UUID.fromString(webhook.id()))
                .query((rs, n) -> requireNonNull(rs.getTimestamp(1)).toInstant())
                .list();
    }
}
