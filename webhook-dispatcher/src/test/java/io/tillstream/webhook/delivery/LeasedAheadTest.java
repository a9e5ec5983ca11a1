package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More deliveries than an endpoint has attempts at a time, to a receiver that takes some of them and then changes its mind. */
class LeasedAheadTest {
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final int PER_ENDPOINT = 4;
    private static final int PRODUCTS = 200;
    private static final String SETTING = "tillstream.webhook.per-endpoint=" + PER_ENDPOINT;

    private final DispatcherShop shop = new DispatcherShop(SETTING);
    private final Receiver receiver = new Receiver();
    private Reply webhook;

    @BeforeEach
    void subscribe() {
        webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
    }

    @AfterEach
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void eachArrivesOnce() {
        receiver.behave(slowly(200));
        sell();
        await().atMost(LONG).until(() -> recorded("success") == PRODUCTS);
        assertThat(receiver.received().stream().map(one -> one.header("webhook-id")))
                .hasSize(PRODUCTS)
                .doesNotHaveDuplicates();
        assertThat(receiver.received().stream().map(one -> one.header("X-Tillstream-Sequence")))
                .doesNotHaveDuplicates();
        assertThat(shop.jdbc()
                        .sql("select count(*) from queue")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void theRestKeepsItsAttemptsWhenTheReceiverFails() {
        receiver.behave((socket, out) ->
                slowly(receiver.received().size() <= PRODUCTS / 2 ? 200 : 503).answer(socket, out));
        sell();
        await().atMost(LONG).until(() -> recorded("pending_retry") >= Sending.PATIENCE);
        await().during(Duration.ofSeconds(2)).atMost(LONG).until(() -> leased() == 0);
        // those under way when it began to fail, and as many as it took to see that it does
        assertThat(recorded("pending_retry")).isLessThan(Sending.PATIENCE + 3 * PER_ENDPOINT);
        assertThat(recorded("pending")).isGreaterThan(PRODUCTS / 4);
    }

    @Test
    void nothingWaitsForALeaseWhenTheDispatcherStops() {
        receiver.behave((socket, out) -> {
            if (receiver.received().size() <= PRODUCTS / 2) slowly(200).answer(socket, out);
            else receiver.stalling().answer(socket, out);
        });
        sell();
        await().atMost(LONG).until(() -> receiver.received().size() >= PRODUCTS / 2 + PER_ENDPOINT);
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
        await().atMost(LONG).until(() -> recorded("success") == PRODUCTS);
    }

    @Test
    void aWebhookThatIsSwitchedOffIsSentNoMore() {
        receiver.behave(slowly(200));
        sell();
        shop.patch("/api/v1/webhooks/" + webhook.id(), "{'is_active': false}");
        await().atMost(LONG).until(() -> recorded("permanently_failed") + recorded("success") == PRODUCTS);
        await().during(Duration.ofSeconds(2)).atMost(LONG).until(() -> leased() == 0);
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
        return shop.jdbc()
                .sql("select count(*) from deliveries where status = :status")
                .param("status", status)
                .query(Long.class)
                .single();
    }

    private long leased() {
        return shop.jdbc()
                .sql("select count(*) from queue where lease_ends is not null")
                .query(Long.class)
                .single();
    }
}
