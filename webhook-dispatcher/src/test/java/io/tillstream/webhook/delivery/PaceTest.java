package io.tillstream.webhook.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import io.tillstream.webhook.delivery.Receiver.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** How fast and in which order an endpoint is sent to, with two dispatchers at it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PaceTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String[] SETTINGS = {"tillstream.webhook.retries=50ms,100ms,150ms"};

    private final DispatcherShop shop = new DispatcherShop(SETTINGS);
    private Receiver receiver = new Receiver();

    @BeforeAll
    void anotherDispatcher() {
        shop.anotherDispatcher(SETTINGS);
    }

    @AfterEach
    void anotherReceiver() {
        shop.deleteWebhooks();
        receiver.close();
        receiver = new Receiver();
    }

    @AfterAll
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void keepsAStrictOrderThroughFailures() {
        var seen = ConcurrentHashMap.<String>newKeySet();
        receiver.behave((socket, out) -> {
            String number = last(receiver).header("x-tillstream-sequence");
            boolean first = seen.add(number);
            Receiver.answering(first && Integer.parseInt(number) % 3 == 0 ? 500 : 200, "")
                    .answer(socket, out);
        });
        shop.webhook(receiver.url(), "'events': ['product.created']", "'strict_order': true");
        for (int i = 0; i < 12; i++) shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 16);
        assertThat(numbers(receiver))
                .containsExactly(1L, 2L, 3L, 3L, 4L, 5L, 6L, 6L, 7L, 8L, 9L, 9L, 10L, 11L, 12L, 12L);
    }

    @Test
    void goesOnInOrderAfterWhatIsGivenUp() {
        receiver.behave((socket, out) -> {
            boolean second = last(receiver).header("x-tillstream-sequence").equals("2");
            Receiver.answering(second ? 404 : 200, "").answer(socket, out);
        });
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']", "'strict_order': true");
        for (int i = 0; i < 3; i++) shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 6);
        assertThat(numbers(receiver)).containsExactly(1L, 2L, 2L, 2L, 2L, 3L);

        receiver.behave(Receiver.answering(200, ""));
        String given = log(webhook, 2);
        assertThat(shop.post("/api/v1/webhooks/logs/" + given + "/replay", "").status())
                .isEqualTo(200);
        await().atMost(LONG)
                .until(() -> shop.get("/api/v1/webhooks/logs/" + given)
                        .text("status")
                        .equals("success"));
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 8);
        assertThat(numbers(receiver)).endsWith(2L, 4L);
    }

    @Test
    void waitsForOneThatWaitsUntilThatIsHurriedOrCanceledAndHoldsUpNobodyElse() {
        receiver.behave(Receiver.answering(503, "later", "Retry-After: 3600"));
        Reply strict = shop.webhook(receiver.url(), "'events': ['product.created']", "'strict_order': true");
        try (Receiver other = new Receiver()) {
            shop.webhook(other.url(), "'events': ['product.created']");
            for (int i = 0; i < 20; i++) shop.product();
            await().atMost(LONG).until(() -> other.received().size() == 20);
        }
        await().atMost(LONG).until(() -> status(strict, 1).equals("pending_retry"));
        assertThat(numbers(receiver)).containsExactly(1L);
        String later = "/api/v1/webhooks/logs/" + log(strict, 2);
        assertThat(shop.get(later).text("status")).isEqualTo("pending");

        shop.post("/api/v1/webhooks/logs/" + log(strict, 1) + "/force-retry", "");
        await().atMost(LONG).until(() -> receiver.received().size() == 2);
        assertThat(numbers(receiver)).containsExactly(1L, 1L);
        assertThat(shop.post(later + "/cancel", "").status()).isEqualTo(200);
        await().atMost(LONG)
                .until(() -> delivery(strict, 1).path("attempt_count").asInt() == 2);
        receiver.behave(Receiver.answering(200, ""));
        assertThat(shop.post("/api/v1/webhooks/logs/" + log(strict, 1) + "/cancel", "")
                        .status())
                .isEqualTo(200);
        await().atMost(LONG).until(() -> receiver.received().size() == 20);
        assertThat(numbers(receiver).subList(2, 20))
                .containsExactlyElementsOf(LongStream.rangeClosed(3, 20).boxed().toList());
    }

    @Test
    void sendsWhatWasHeldInOrder() {
        receiver.behave(Receiver.answering(410, "gone"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']", "'strict_order': true");
        String path = "/api/v1/webhooks/" + webhook.id();
        shop.product();
        await().atMost(LONG).until(() -> shop.get(path).text("suspension").contains("410"));
        for (int i = 0; i < 8; i++) shop.product();
        await().atMost(LONG).until(() -> status(webhook, 9).equals("held"));
        receiver.behave(Receiver.answering(200, ""));
        shop.patch(path, "{'is_active': true}");
        for (int i = 0; i < 3; i++) shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 12);
        assertThat(numbers(receiver))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 12).boxed().toList());
    }

    @Test
    void keepsTheRateWhoeverSends() {
        Reply webhook = shop.webhook(
                receiver.url(), "'events': ['product.created']", "'rate_limit': {'deliveries': 10, 'per': 'second'}");
        assertThat(webhook.data().at("/rate_limit/deliveries").asInt()).isEqualTo(10);
        Instant before;
        try (Receiver other = new Receiver()) {
            shop.webhook(other.url(), "'events': ['product.created']");
            before = shop.clock().instant();
            for (int i = 0; i < 25; i++) shop.product();
            await().atMost(LONG).until(() -> other.received().size() == 25);
            await().atMost(LONG).until(() -> receiver.received().size() == 25);
        }
        await().atMost(LONG).until(() -> starts(webhook).size() == 25);
        // 2.4 s by the rate, however late the first one is; PostgreSQL rounds
        assertThat(Duration.between(before, starts(webhook).getLast())).isGreaterThan(Duration.ofMillis(2_390));

        Reply freed = shop.patch("/api/v1/webhooks/" + webhook.id(), "{'rate_limit': null}");
        assertThat(freed.data().path("rate_limit").isNull()).isTrue();
        for (int i = 0; i < 5; i++) shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 30);
    }

    private List<Instant> starts(Reply webhook) {
        return shop.jdbc()
                .sql("select a.started_at from attempts a join deliveries d on d.id = a.delivery_id"
                        + " where d.endpoint_id = :id order by a.started_at")
                .param("id", UUID.fromString(webhook.id()))
                .query((rs, n) -> requireNonNull(rs.getTimestamp(1)).toInstant())
                .list();
    }

    private static Received last(Receiver receiver) {
        return receiver.received().getLast();
    }

    private static List<Long> numbers(Receiver receiver) {
        return receiver.received().stream()
                .map(one -> Long.valueOf(one.header("x-tillstream-sequence")))
                .toList();
    }

    private String status(Reply webhook, long number) {
        return delivery(webhook, number).path("status").asString();
    }

    private String log(Reply webhook, long number) {
        return delivery(webhook, number).path("id").asString();
    }

    private JsonNode delivery(Reply webhook, long number) {
        return StreamSupport.stream(
                        shop.get("/api/v1/webhooks/logs?limit=100&endpoint_id=" + webhook.id())
                                .data()
                                .spliterator(),
                        false)
                .filter(log -> log.path("sequence").asLong() == number)
                .findFirst()
                .orElse(tools.jackson.databind.node.MissingNode.getInstance());
    }
}
