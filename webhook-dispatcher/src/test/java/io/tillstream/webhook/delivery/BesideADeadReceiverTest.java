package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ten thousand deliveries wait for a receiver that is dead; those to another one arrive. */
class BesideADeadReceiverTest {
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final int WAITING = 10_000;
    private static final int HEALTHY = 100;

    private final DispatcherShop shop = new DispatcherShop();
    private final Receiver dead = new Receiver();
    private final Receiver receiver = new Receiver();

    @AfterEach
    void close() {
        dead.close();
        receiver.close();
        shop.close();
    }

    @Test
    void deliveriesArrive() {
        dead.behave(dead.stalling());
        Reply down = shop.webhook(dead.url(), "'events': ['product.created']");
        shop.product();
        await().atMost(LONG).until(() -> dead.received().size() == 1);
        pileUp(UUID.fromString(down.id()));
        Reply up = shop.webhook(receiver.url(), "'events': ['product.created']");
        for (int i = 0; i < HEALTHY; i++) shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == HEALTHY);
        String stats = "/api/v1/webhooks/" + down.id() + "/stats";
        assertThat(shop.get(stats).data().path("waiting").asInt()).isGreaterThan(WAITING);
        assertThat(shop.get("/api/v1/webhooks/" + up.id() + "/stats")
                        .data()
                        .path("failed")
                        .asInt())
                .isZero();
        assertThat(dead.received().size()).isLessThan(100);
    }

    /** As if they had happened while it was down. */
    private void pileUp(UUID webhook) {
        shop.jdbc()
                .sql("with made as (insert into deliveries (id, endpoint_id, mode, number, message_id, event, body,"
                        + " status, max_attempts, next_attempt_at, created_at)"
                        + " select overlay(gen_random_uuid()::text placing substr(id::text, 1, 14) from 1 for 14)::uuid,"
                        + " endpoint_id, mode, n, gen_random_uuid(), event, body, 'pending', max_attempts,"
                        + " created_at, created_at from deliveries, generate_series(2, :last) n"
                        + " where endpoint_id = :id and number = 1 returning id, endpoint_id, number, created_at)"
                        + " insert into queue (delivery_id, endpoint_id, number, due_at)"
                        + " select id, endpoint_id, number, created_at from made")
                .param("last", WAITING + 1)
                .param("id", webhook)
                .update();
        shop.asOwner()
                .sql("update webhooks.endpoints set last_number = :last where id = :id")
                .param("last", WAITING + 1)
                .param("id", webhook)
                .update();
    }
}
