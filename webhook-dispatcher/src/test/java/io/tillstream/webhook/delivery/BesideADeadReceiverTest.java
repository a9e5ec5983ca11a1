package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
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
        shop.pileUp(down.id(), WAITING);
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
}
