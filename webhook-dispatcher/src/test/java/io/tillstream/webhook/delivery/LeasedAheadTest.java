package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More deliveries than an endpoint has attempts at a time, to a receiver that takes some of them and then changes its mind. */
class LeasedAheadTest {
    private static final int PER_ENDPOINT = 4;
    private static final int PRODUCTS = 200;
    private static final String SETTING = "tillstream.webhook.per-endpoint=" + PER_ENDPOINT;

    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop(SETTING);

    private final Receiver receiver = shop.receiver();
    private final ShopWebhook webhook = shop.toldOfProducts(receiver);

    @Test
    void eachArrivesOnce() {
        receiver.behave(slowly(200));
        sell();
        await().until(() -> recorded("success") == PRODUCTS);
        assertThat(receiver.received().stream().map(one -> one.header("webhook-id")))
                .hasSize(PRODUCTS)
                .doesNotHaveDuplicates();
        assertThat(receiver.numbers()).doesNotHaveDuplicates();
        assertThat(shop.count("queue")).isZero();
    }

    @Test
    void theRestKeepsItsAttemptsWhenTheReceiverFails() {
        receiver.behave((socket, out) ->
                slowly(receiver.received().size() <= PRODUCTS / 2 ? 200 : 503).answer(socket, out));
        sell();
        await().until(() -> recorded("pending_retry") >= Sending.PATIENCE);
        await().during(Duration.ofSeconds(2)).until(() -> shop.count("queue where lease_ends is not null") == 0);
        // those under way when it began to fail, and as many as it took to see that it does
        assertThat(recorded("pending_retry")).isLessThan(Sending.PATIENCE + 3 * PER_ENDPOINT);
        assertThat(recorded("pending")).isGreaterThan(PRODUCTS / 4);
    }

    @Test
    void noMoreInAStrictOrderThanAttemptsAtATime() {
        webhook.patch("{'strict_order': true}");
        pauseUntil(shop.clock().instant().plus(Duration.ofHours(1)));
        shop.products(10 * PER_ENDPOINT);
        webhook.post("/replays", "{'rate': 1000}");
        await().until(() -> shop.count("queue where number is null") >= 10 * PER_ENDPOINT);
        shop.bean(Dispatching.class).stop();
        pauseUntil(null);
        Instant later = shop.clock().instant().plusSeconds(10).truncatedTo(ChronoUnit.MILLIS); // all of it is due
        assertThat(claimed(later)).hasSize(PER_ENDPOINT).contains("1");
        assertThat(claimed(later)).isEmpty();
    }

    @Test
    void othersGetTheirAttemptsBeforeWhatMayOnlyWait() {
        ShopWebhook busy = shop.toldOfProducts(shop.receiver());
        shop.bean(Dispatching.class).stop();
        Instant now = shop.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        store(busy, 10 * PER_ENDPOINT, now.minusSeconds(60));
        store(webhook, 10 * PER_ENDPOINT, now);
        Map<UUID, Integer> ahead = Map.of(busy.uuid(), PRODUCTS);
        assertThat(claimedOf(busy, 2 * PER_ENDPOINT, ahead, now))
                .as("its attempts, and the other one has its own")
                .isEqualTo(PER_ENDPOINT);
        assertThat(claimedOf(busy, 3 * PER_ENDPOINT, ahead, now))
                .as("what is left")
                .isEqualTo(3 * PER_ENDPOINT);
    }

    private static void store(ShopWebhook webhook, int count, Instant at) {
        shop.bean(Partitions.class).make(at);
        shop.bean(Deliveries.class)
                .store(IntStream.rangeClosed(1, count)
                        .mapToObj(number -> Delivery.unsent(
                                Ids.at(at),
                                webhook.uuid(),
                                "live",
                                (long) number,
                                "message-" + number,
                                "product.created",
                                null,
                                "{}",
                                Status.PENDING,
                                10,
                                at,
                                at,
                                null))
                        .toList());
    }

    private static long claimedOf(ShopWebhook webhook, int most, Map<UUID, Integer> ahead, Instant now) {
        return shop
                .bean(DeliveryQueue.class)
                .claim(most, PER_ENDPOINT, ahead, Sending.PATIENCE, now, now.plusSeconds(20))
                .stream()
                .filter(one -> one.delivery().endpointId().equals(webhook.uuid()))
                .count();
    }

    private void pauseUntil(@Nullable Instant end) {
        shop.jdbc()
                .sql("update health set paused_until = cast(:end as timestamptz) where endpoint_id = :id")
                .param("end", end == null ? null : end.toString())
                .param("id", webhook.uuid())
                .update();
    }

    /** Their numbers; "null" of replays. */
    private static List<String> claimed(Instant now) {
        return shop
                .bean(DeliveryQueue.class)
                .claim(PRODUCTS, PER_ENDPOINT, Map.of(), Sending.PATIENCE, now, now.plusSeconds(20))
                .stream()
                .map(one -> String.valueOf(one.delivery().number()))
                .toList();
    }

    @Test
    void nothingWaitsForALeaseWhenTheDispatcherStops() {
        receiver.behave((socket, out) -> {
            if (receiver.received().size() <= PRODUCTS / 2) slowly(200).answer(socket, out);
            else receiver.stalling().answer(socket, out);
        });
        sell();
        await().until(() -> receiver.received().size() >= PRODUCTS / 2 + PER_ENDPOINT);
        shop.restart(
                () -> {
                    receiver.behave(Receiver.answering(200, "ok"));
                    assertThat(shop.asOwner()
                                    .sql("select count(*) from webhooks.queue where lease_ends is not null")
                                    .query(Long.class)
                                    .single())
                            .isLessThanOrEqualTo(PER_ENDPOINT);
                },
                SETTING);
        shop.clock().advance(Duration.ofHours(1)); // for what was cut off and what failed
        await().until(() -> recorded("success") == PRODUCTS);
    }

    @Test
    void aWebhookThatIsSwitchedOffIsSentNoMore() {
        receiver.behave(slowly(200));
        sell();
        webhook.patch("{'is_active': false}");
        await().until(() -> recorded("permanently_failed") + recorded("success") == PRODUCTS);
        await().during(Duration.ofSeconds(2)).until(() -> shop.count("queue where lease_ends is not null") == 0);
        assertThat(receiver.received()).hasSize((int) recorded("success"));
    }

    /** So that more come than go. */
    private static Receiver.Behaviour slowly(int status) {
        return (socket, out) -> {
            Thread.sleep(10);
            Receiver.answering(status, "so").answer(socket, out);
        };
    }

    private void sell() {
        try (ExecutorService sellers = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < PRODUCTS; i++) sellers.execute(shop::product);
        }
    }

    private long recorded(String status) {
        return shop.count("deliveries where status = '%s' and endpoint_id = '%s'".formatted(status, webhook.id()));
    }
}
