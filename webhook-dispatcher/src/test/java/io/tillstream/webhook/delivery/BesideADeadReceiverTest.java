package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ten thousand deliveries wait for a receiver that is dead; those to another one arrive. */
class BesideADeadReceiverTest {
    private static final int WAITING = 10_000;
    private static final int HEALTHY = 100;

    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop();

    private final Receiver dead = shop.receiver();
    private final Receiver receiver = shop.receiver();

    @Test
    void deliveriesArrive() {
        dead.behave(dead.stalling());
        ShopWebhook down = shop.toldOfProducts(dead);
        shop.product();
        dead.awaitReceived(1);
        down.pileUp(WAITING);
        ShopWebhook up = shop.toldOfProducts(receiver);
        shop.products(HEALTHY);
        receiver.awaitReceived(HEALTHY);
        assertThat(down.stats().path("waiting").asInt()).isGreaterThan(WAITING);
        assertThat(up.stats().path("failed").asInt()).isZero();
        assertThat(dead.received().size()).isLessThan(100);
    }
}
