package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

/** A dispatcher whose schema is gone, or is an older one than the store remembers. */
class LostSchemaTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final DispatcherShop shop = new DispatcherShop();
    private final Receiver receiver = new Receiver();

    @AfterEach
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void holdsEverythingUntilTheOperatorSaysThatItIsToBeSkipped() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        for (int i = 0; i < 3; i++) shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 3);
        awaitNoted();
        shop.restart(() -> {
            shop.asOwner().sql("drop schema webhooks cascade").update();
            shop.asOwner()
                    .sql("create schema webhooks authorization tillstream_webhooks")
                    .update();
        });
        await().atMost(LONG).until(() -> shop.bean(Dispatching.class).trouble() != null);
        assertThat(shop.bean(Dispatching.class).trouble())
                .contains("lost or restored")
                .contains("after-loss");
        assertThat(shop.bean(Standing.class).health().getStatus()).isEqualTo(Status.DOWN);
        shop.product();
        assertThat(shop.get("/api/v1/webhooks").data().isEmpty()).isTrue();
        assertThat(receiver.received()).hasSize(3);

        shop.restart(() -> {}, "tillstream.webhook.after-loss=skip");
        await().atMost(LONG).until(() -> receiver.received().size() == 4);
        assertThat(numbers().subList(0, 3)).containsExactlyInAnyOrder("1", "2", "3"); // no strict order is asked for
        assertThat(numbers().getLast()).isEqualTo("4");
        Reply feed = shop.get("/api/v1/webhooks/" + webhook.id() + "/feed?after=0");
        assertThat(feed.status()).isEqualTo(410);
        assertThat(feed.json().at("/error/details/first/0").asString()).isEqualTo("4");

        shop.restart(() -> {});
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 5);
        assertThat(shop.bean(Dispatching.class).trouble()).isNull();
        assertThat(shop.bean(Standing.class).health().getStatus()).isEqualTo(Status.UP);
        assertThat(numbers()).endsWith("4", "5");
    }

    @Test
    void deliversOnceMoreWhatAnOlderBackupLacksWhenTold() {
        shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        long then = takenIn();
        awaitNoted();
        shop.product();
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 3);
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
        await().atMost(LONG).until(() -> shop.bean(Dispatching.class).trouble() != null);
        assertThat(receiver.received()).hasSize(3);
        shop.restart(() -> {}, "tillstream.webhook.after-loss=deliver");
        await().atMost(LONG).until(() -> receiver.received().size() == 5);
        assertThat(numbers()).containsExactlyInAnyOrder("1", "2", "3", "2", "3");
        assertThat(receiver.received().stream()
                        .map(one -> one.header("webhook-id"))
                        .distinct())
                .hasSize(3);
    }

    @Test
    void holdsBesideAnEventStoreOfAnotherHistory() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        long last = takenIn();
        shop.restart(
                () -> shop.asOwner()
                        .sql("update public.events set event_id = gen_random_uuid() where position = " + last)
                        .update(),
                "tillstream.webhook.after-loss=deliver");
        await().atMost(LONG).until(() -> shop.bean(Dispatching.class).trouble() != null);
        assertThat(shop.bean(Dispatching.class).trouble()).contains("another history");
        assertThat(shop.bean(Standing.class).health().getStatus()).isEqualTo(Status.DOWN);
        shop.product();
        assertThat(shop.get("/api/v1/webhooks/" + webhook.id() + "/feed?after=1")
                        .data()
                        .path("deliveries")
                        .isEmpty())
                .isTrue();
        assertThat(receiver.received()).hasSize(1);
    }

    private void awaitNoted() {
        long position = takenIn();
        await().atMost(LONG)
                .until(() -> shop.asOwner()
                                .sql("select position from public.webhook_progress")
                                .query(Long.class)
                                .single()
                        >= position);
    }

    private long takenIn() {
        return shop.bean(Intake.class).position();
    }

    private List<String> numbers() {
        return receiver.received().stream()
                .map(one -> one.header("x-tillstream-sequence"))
                .toList();
    }
}
