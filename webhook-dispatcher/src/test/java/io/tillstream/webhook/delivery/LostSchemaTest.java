package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

/** A dispatcher whose schema is gone, or is an older one than the store remembers. */
class LostSchemaTest {
    @AutoClose
    private final DispatcherShop shop = new DispatcherShop();

    private final Receiver receiver = shop.receiver();

    @Test
    void holdsEverythingUntilTheOperatorSaysThatItIsToBeSkipped() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.products(3);
        receiver.awaitReceived(3);
        awaitNoted();
        shop.restart(() -> {
            shop.asOwner().sql("drop schema webhooks cascade").update();
            shop.asOwner()
                    .sql("create schema webhooks authorization tillstream_webhooks")
                    .update();
        });
        await().until(() -> shop.bean(Dispatching.class).trouble() != null);
        assertThat(shop.bean(Dispatching.class).trouble())
                .contains("lost or restored")
                .contains("after-loss");
        assertThat(shop.bean(Standing.class).health().getStatus()).isEqualTo(Status.DOWN);
        shop.product();
        assertThat(shop.get("/api/v1/webhooks").data().isEmpty()).isTrue();
        assertThat(receiver.received()).hasSize(3);

        shop.restart(() -> {}, "tillstream.webhook.after-loss=skip");
        receiver.awaitReceived(4);
        assertThat(receiver.numbers().subList(0, 3))
                .containsExactlyInAnyOrder(1L, 2L, 3L); // no strict order is asked for
        assertThat(receiver.numbers().getLast()).isEqualTo(4);
        Reply feed = shop.get(webhook.path() + "/feed?after=0");
        assertThat(feed.status()).isEqualTo(410);
        assertThat(feed.json().at("/error/details/first/0").asString()).isEqualTo("4");

        shop.restart(() -> {});
        shop.product();
        receiver.awaitReceived(5);
        assertThat(shop.bean(Dispatching.class).trouble()).isNull();
        assertThat(shop.bean(Standing.class).health().getStatus()).isEqualTo(Status.UP);
        assertThat(receiver.numbers()).endsWith(4L, 5L);
    }

    @Test
    void deliversOnceMoreWhatAnOlderBackupLacksWhenTold() {
        shop.toldOfProducts(receiver);
        shop.product();
        receiver.awaitReceived(1);
        long then = takenIn();
        awaitNoted();
        shop.products(2);
        receiver.awaitReceived(3);
        awaitNoted();
        Runnable restored = () -> {
            for (String change : List.of(
                    "update webhooks.taken_in set (position, event_position, event_id) ="
                            + " (select position, position, event_id from public.events"
                            + " where position = " + then + ")",
                    "delete from webhooks.deliveries where number > 1",
                    "delete from webhooks.queue",
                    "update webhooks.endpoints set last_number = 1"))
                shop.asOwner().sql(change).update();
        };
        shop.restart(restored);
        await().until(() -> shop.bean(Dispatching.class).trouble() != null);
        assertThat(receiver.received()).hasSize(3);
        shop.restart(() -> {}, "tillstream.webhook.after-loss=deliver");
        receiver.awaitReceived(5);
        assertThat(receiver.numbers()).containsExactlyInAnyOrder(1L, 2L, 3L, 2L, 3L);
        assertThat(receiver.received().stream()
                        .map(one -> one.header("webhook-id"))
                        .distinct())
                .hasSize(3);
    }

    @Test
    void holdsBesideAnEventStoreOfAnotherHistory() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        receiver.awaitReceived(1);
        long last = takenIn();
        shop.restart(
                () -> shop.asOwner()
                        .sql("update public.events set event_id = gen_random_uuid() where position = " + last)
                        .update(),
                "tillstream.webhook.after-loss=deliver");
        await().until(() -> shop.bean(Dispatching.class).trouble() != null);
        assertThat(shop.bean(Dispatching.class).trouble()).contains("another history");
        assertThat(shop.bean(Standing.class).health().getStatus()).isEqualTo(Status.DOWN);
        shop.product();
        assertThat(shop.get(webhook.path() + "/feed?after=1")
                        .data()
                        .path("deliveries")
                        .isEmpty())
                .isTrue();
        assertThat(receiver.received()).hasSize(1);
    }

    private void awaitNoted() {
        long position = takenIn();
        await().until(() -> shop.asOwner()
                        .sql("select position from public.webhook_progress")
                        .query(Long.class)
                        .single()
                >= position);
    }

    private long takenIn() {
        return shop.bean(Intake.class).position();
    }
}
