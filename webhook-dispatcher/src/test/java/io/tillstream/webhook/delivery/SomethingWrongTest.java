package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.webhook.delivery.DeliveryQueue.Attempted;
import io.tillstream.webhook.endpoint.Endpoints;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataIntegrityViolationException;
import tools.jackson.databind.JsonNode;

/** What is made of something that is wrong here or there, of which nothing is lost. */
class SomethingWrongTest {
    @RegisterExtension
    private static final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=1h,1h,1h", "tillstream.webhook.connect-timeout=500ms");

    private final Receiver receiver = shop.receiver();

    @Test
    void sendsNothingWithoutTheHeadersThatItCannotRead() {
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'custom_headers': {'X-Token': 'mine'}");
        UUID headers = requireNonNull(shop.bean(Endpoints.class)
                .findAny(webhook.uuid())
                .orElseThrow()
                .webhook()
                .headersId());
        byte[] sealed = shop.asOwner()
                .sql("select sealed from public.secrets where id = :id and for_dispatcher")
                .param("id", headers)
                .query(byte[].class)
                .single();
        seal(headers, new byte[] {0});
        shop.product();
        JsonNode log = webhook.awaitStatus("pending_retry");
        assertThat(log.path("error_message").asString()).isEqualTo("Not sent: the webhook's secrets can't be read");
        assertThat(log.path("http_status").asInt(-1)).isZero();
        assertThat(log.path("next_retry_at").isNull()).isFalse();
        assertThat(webhook.stats().path("failing_since").isNull()).isTrue(); // it isn't the receiver's doing
        assertThat(receiver.received()).isEmpty();

        seal(headers, sealed);
        shop.post(ShopWebhook.path(log) + "/force-retry", "");
        webhook.awaitStatus("success");
        assertThat(receiver.received()).hasSize(1);
        assertThat(receiver.received().getFirst().header("x-token")).isEqualTo("mine");
    }

    private void seal(UUID id, byte[] sealed) {
        assertThat(shop.asOwner()
                        .sql("update public.secrets set sealed = :sealed where id = :id")
                        .param("sealed", sealed)
                        .param("id", id)
                        .update())
                .isEqualTo(1);
    }

    @Test
    void holdsEverythingWithAnotherMasterKey() {
        receiver.behave(Receiver.answering(503, "later"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        String log = ShopWebhook.path(webhook.awaitStatus("pending_retry"));
        shop.bean(Dispatching.class).stop();
        assertThat(shop.post(log + "/force-retry", "").status()).isEqualTo(200); // due from here on
        shop.product();
        byte[] otherKey = new byte[32];
        otherKey[0] = 1;
        try (ConfigurableApplicationContext other = shop.anotherDispatcher(
                "tillstream.webhook.retries=1h,1h,1h",
                "tillstream.master-key=" + Base64.getEncoder().encodeToString(otherKey))) {
            await().until(() -> other.getBean(Dispatching.class).trouble() != null);
            Health health = requireNonNull(other.getBean(Standing.class).health());
            assertThat(health.getStatus()).isEqualTo(Status.DOWN);
            assertThat(String.valueOf(health.getDetails().get("reason")))
                    .startsWith("TILLSTREAM_MASTER_KEY is not the master key");
        }
        assertThat(shop.jdbc()
                        .sql("select status || ' ' || attempt_count from deliveries where endpoint_id = :id")
                        .param("id", webhook.uuid())
                        .query(String.class)
                        .list())
                .containsExactly("pending_retry 1"); // what happened since isn't taken in either
        assertThat(receiver.received()).hasSize(1);

        receiver.behave(Receiver.answering(200, "ok"));
        shop.bean(Dispatching.class).start();
        receiver.awaitReceived(3);
        assertThat(receiver.numbers()).containsExactlyInAnyOrder(1L, 1L, 2L);
    }

    @Test
    void hurriesWhatAKilledDispatcherHadLeased() {
        receiver.behave(Receiver.answering(503, "later"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        String log = ShopWebhook.path(webhook.awaitStatus("pending_retry"));
        shop.jdbc()
                .sql("update queue set lease_ends = :over where endpoint_id = :id")
                .param("over", Timestamp.from(shop.clock().instant().minusSeconds(1)))
                .param("id", webhook.uuid())
                .update();
        assertThat(shop.post(log + "/force-retry", "").status()).isEqualTo(200);
        receiver.awaitReceived(2);
    }

    @Test
    void saysThatItIsBehindWhileAWriterHoldsAPosition() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        Dispatching dispatching = shop.bean(Dispatching.class);
        shop.whileAPositionIsHeld(() -> {
            shop.product();
            await().until(() ->
                    dispatching.degraded() && dispatching.behindFor().compareTo(Duration.ofSeconds(2)) > 0);
        });
        webhook.awaitStatus("success");
        await().until(() -> !dispatching.degraded() && dispatching.behindFor().isZero());
    }

    /** Before the driver prepares the statements on the server and after it; there is no transaction around them. */
    @Test
    void keepsWaitingWhatWasDeliveredWhereThatCannotBeRecorded() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.bean(Dispatching.class).stop();
        Deliveries deliveries = shop.bean(Deliveries.class);
        DeliveryQueue queue = shop.bean(DeliveryQueue.class);
        Instant now = shop.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        Delivery delivery = Delivery.unsent(
                Ids.at(now),
                webhook.uuid(),
                "live",
                1L,
                "message",
                "product.created",
                null,
                "{}",
                io.tillstream.webhook.delivery.Status.PENDING,
                10,
                now,
                now,
                null);
        deliveries.store(List.of(delivery));
        Attempted unstorable = new Attempted(
                delivery, null, new Exchange.Answered(200, "\0", Optional.empty()), new Outcome.Delivered(), now, 1);
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> queue.record(List.of(unstorable), Set.of(webhook.uuid()), Set.of(), now, false))
                    .isInstanceOf(DataIntegrityViolationException.class);
            assertThat(webhook.queued()).isEqualTo(1);
        }
        queue.record(List.of(unstorable.withoutAnswer()), Set.of(webhook.uuid()), Set.of(), now, false);
        assertThat(webhook.queued()).isZero();
        assertThat(webhook.newest().path("status").asString()).isEqualTo("success");
    }

    @Test
    void waitsUntilTheDateThatTheReceiverNames() {
        Instant until = shop.clock().instant().plus(Duration.ofHours(3)).truncatedTo(ChronoUnit.SECONDS);
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(until.atOffset(ZoneOffset.UTC));
        receiver.behave(Receiver.answering(503, "later", "Retry-After: " + date));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        Instant next = nextRetry(webhook);
        // by its own schedule it would be an hour
        assertThat(next).isBetween(until, until.plus(Duration.ofMinutes(1)));
    }

    @Test
    void keepsToItsScheduleWhereTheDateIsOver() {
        Instant before = shop.clock().instant();
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                before.minus(Duration.ofHours(3)).atOffset(ZoneOffset.UTC));
        receiver.behave(Receiver.answering(503, "later", "Retry-After: " + date));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        Instant next = nextRetry(webhook);
        assertThat(next).isBetween(before.plus(Duration.ofMinutes(54)), before.plus(Duration.ofHours(2)));
    }

    private static Instant nextRetry(ShopWebhook webhook) {
        return Instant.parse(
                webhook.awaitStatus("pending_retry").path("next_retry_at").asString());
    }

    @Test
    void takesAReceiverThatDoesNotEvenConnectForTimedOut() throws IOException {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(full, waiting);
            ShopWebhook webhook =
                    shop.webhook("http://127.0.0.1:" + full.getLocalPort() + "/hooks", "'events': ['product.created']");
            shop.product();
            JsonNode log = webhook.awaitStatus("pending_retry");
            assertThat(log.path("http_status").asInt()).isEqualTo(408);
            assertThat(log.path("error_message").asString()).isEqualTo("Timed out: no connection");
        } finally {
            for (Socket socket : waiting) socket.close();
        }
    }

    /** Nobody accepts, so that there is room for a few only. */
    private static void fill(ServerSocket server, List<Socket> waiting) throws IOException {
        for (int i = 0; i < 10; i++) {
            Socket socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 500);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new AssertionError("It has room for more than ten");
    }
}
