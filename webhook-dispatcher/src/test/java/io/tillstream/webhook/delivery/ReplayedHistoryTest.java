package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import io.tillstream.webhook.delivery.Receiver.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** Replays of history that are under way, and who is at them. */
class ReplayedHistoryTest {
    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop();

    private final Receiver receiver = shop.receiver();

    @Test
    void spreadTheTimesByTheirRate() throws InterruptedException {
        ShopWebhook webhook = toldOf(shop.products(50));
        shop.bean(Dispatching.class).stop();
        UUID replay = begin(webhook, 8);
        assertThat(shop.bean(Replays.class).carryOn()).isTrue();
        List<Instant> due = due(replay);
        assertThat(due).hasSize(41); // five seconds of them, and the first at once
        for (int i = 1; i < due.size(); i++)
            assertThat(Duration.between(due.get(i - 1), due.get(i))).isEqualTo(Duration.ofMillis(125));
        assertThat(queued(replay)).containsExactlyElementsOf(due);
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void areCarriedOnByAnotherDispatcher() throws InterruptedException {
        List<String> products = shop.products(50);
        ShopWebhook webhook = toldOf(products);
        UUID replay = beginAndStop(webhook);
        try (ConfigurableApplicationContext other = shop.anotherDispatcher()) {
            assertThat(other.isRunning()).isTrue();
            awaitDone(replay);
            awaitAllSentOnce(replay, products);
        }
    }

    @Test
    void goOnAfterARestart() throws InterruptedException {
        List<String> products = shop.products(50);
        ShopWebhook webhook = toldOf(products);
        UUID replay = beginAndStop(webhook);
        shop.restart(() -> {});
        awaitDone(replay);
        awaitAllSentOnce(replay, products);
        Reply shown = shop.get(webhook.path() + "/replays/" + replay);
        assertThat(shown.text("status")).isEqualTo("done");
        assertThat(shown.data().path("queued").asInt()).isEqualTo(50);
    }

    @Test
    void doNotMindEachOther() {
        List<String> products = shop.products(5);
        ShopWebhook webhook = toldOf(products);
        UUID first = begin(webhook, 1000);
        UUID second = begin(webhook, 1000);
        awaitDone(first);
        awaitDone(second);
        awaitAllSentOnce(first, products);
        awaitAllSentOnce(second, products);
        assertThat(receiver.received()).hasSize(10);
        // a receiver drops what it had: both tell it of the same
        assertThat(receiver.received().stream()
                        .map(one -> one.header("webhook-id"))
                        .distinct())
                .hasSize(5);
    }

    @Test
    void goOnWhileAnotherOneWaitsForWhatMayStillTurnUp() {
        List<String> products = shop.products(5);
        ShopWebhook webhook = toldOf(products);
        shop.bean(Dispatching.class).stop();
        shop.whileAPositionIsHeld(() -> {
            shop.product();
            UUID first = begin(webhook, 1000);
            UUID second = begin(webhook, 1000);
            assertThat(carriedOn()).isTrue();
            assertThat(carriedOn()).isTrue();
            assertThat(carriedOn()).isFalse();
            assertThat(statuses(first)).hasSize(5);
            assertThat(statuses(second)).hasSize(5);
        });
    }

    private static boolean carriedOn() {
        try {
            return shop.bean(Replays.class).carryOn();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void leaveTheOtherAloneWhenOneIsAborted() throws InterruptedException {
        List<String> products = shop.products(5);
        ShopWebhook webhook = toldOf(products);
        shop.bean(Dispatching.class).stop();
        UUID aborted = begin(webhook, 2);
        UUID left = begin(webhook, 2);
        Replays replays = shop.bean(Replays.class);
        assertThat(replays.carryOn()).isTrue();
        assertThat(replays.carryOn()).isTrue();
        assertThat(statuses(aborted)).hasSize(5).containsOnly("pending");
        assertThat(statuses(left)).hasSize(5).containsOnly("pending");
        Reply shown = shop.delete(webhook.path() + "/replays/" + aborted);
        assertThat(shown.text("status")).isEqualTo("aborted");
        assertThat(statuses(aborted)).hasSize(5).containsOnly("permanently_failed");
        assertThat(statuses(left)).hasSize(5).containsOnly("pending");
        shop.bean(Dispatching.class).start();
        awaitDone(left);
        awaitAllSentOnce(left, products);
        assertThat(statuses(aborted)).hasSize(5).containsOnly("permanently_failed");
        assertThat(receiver.received()).hasSize(5);
    }

    @Test
    void areListedTheNewestFirst() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        ShopWebhook other = shop.toldOfProducts(receiver);
        String path = webhook.path() + "/replays";
        List<String> begun = Stream.generate(
                        () -> shop.post(path, "{'to': '2020-01-01T00:00:00Z'}").id())
                .limit(3)
                .toList();
        assertThat(ids(shop.get(path))).containsExactlyElementsOf(begun.reversed());
        assertThat(ids(shop.get(path + "?sort_order=asc"))).containsExactlyElementsOf(begun);
        Reply first = shop.get(path + "?limit=2");
        assertThat(ids(first)).containsExactly(begun.get(2), begun.get(1));
        assertThat(first.json().at("/pagination/has_more").asBoolean()).isTrue();
        Reply last = shop.get(path + "?limit=2&cursor="
                + first.json().at("/pagination/next_cursor").asString());
        assertThat(ids(last)).containsExactly(begun.getFirst());
        assertThat(last.json().at("/pagination/has_more").asBoolean()).isFalse();
        assertThat(shop.get(path).data().get(0))
                .isEqualTo(shop.get(path + "/" + begun.getLast()).data());
        assertThat(ids(shop.get(other.path() + "/replays"))).isEmpty();
        assertThat(shop.get(path + "?cursor=none").status()).isEqualTo(400);
        assertThat(shop.get("/api/v1/webhooks/" + UUID.randomUUID() + "/replays")
                        .status())
                .isEqualTo(404);
        assertThat(shop.get("/api/v1/webhooks/none/replays").status()).isEqualTo(400);
    }

    @Test
    void areListedForWhoMayReadWebhooksOfThatMode() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        String path = webhook.path() + "/replays";
        assertThat(shop.getWith(key("webhooks:read", "live"), path).status()).isEqualTo(200);
        assertThat(shop.getWith(key("products:read", "live"), path).status()).isEqualTo(403);
        assertThat(shop.getWith(key("webhooks:read", "test"), path).status()).isEqualTo(404);
    }

    private String key(String scope, String environment) {
        return shop.postAsAdmin(
                        "/api/v1/api-keys",
                        "{'name': 'Reads', 'scopes': ['%s'], 'environment': '%s'}".formatted(scope, environment))
                .text("key");
    }

    @Test
    void areNamedInTheLogOfWhatTheyMade() {
        receiver.behave(Receiver.answering(410, "gone"));
        List<String> products = shop.products(2);
        ShopWebhook webhook = toldOf(products);
        String logs = "/api/v1/webhooks/logs?endpoint_id=" + webhook.id();
        webhook.post("/test", "{}");
        UUID replay = begin(webhook, 1000);
        await().until(() -> ids(shop.get(logs + "&replay_id=" + replay)).size() == 2);
        for (JsonNode made : shop.get(logs + "&replay_id=" + replay).data())
            assertThat(made.path("replay_id").asString()).isEqualTo(replay.toString());
        Reply all = shop.get(logs);
        assertThat(all.data().size()).isEqualTo(3);
        assertThat(all.data().get(2).path("replay_id").isNull()).isTrue();
        assertThat(ids(shop.get(logs + "&replay_id=" + UUID.randomUUID()))).isEmpty();
        Reply wrong = shop.get(logs + "&replay_id=none");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().at("/error/message").asString()).isEqualTo("Invalid replay_id: must be a UUID");

        // what is sent again by itself is still of the replay
        String failed = ids(shop.get(logs + "&replay_id=" + replay)).getFirst();
        await().until(() ->
                shop.get("/api/v1/webhooks/logs/" + failed).text("status").equals("permanently_failed"));
        assertThat(shop.post("/api/v1/webhooks/logs/" + failed + "/retry", "{}").status())
                .isEqualTo(200);
        assertThat(ids(shop.get(logs + "&replay_id=" + replay))).hasSize(3);
    }

    private static List<String> ids(Reply list) {
        return list.data().valueStream().map(one -> one.path("id").asString()).toList();
    }

    /** Of these alone, so that a replay has as many deliveries. */
    private ShopWebhook toldOf(List<String> products) {
        return shop.toldOfProducts(
                receiver,
                "'product_filter_mode': 'selected'",
                "'product_ids': ['%s']".formatted(String.join("', '", products)));
    }

    /** 41 of 50 are stored: five seconds' worth. */
    private UUID beginAndStop(ShopWebhook webhook) throws InterruptedException {
        shop.bean(Dispatching.class).stop();
        UUID replay = begin(webhook, 8);
        assertThat(shop.bean(Replays.class).carryOn()).isTrue();
        assertThat(due(replay)).hasSize(41);
        return replay;
    }

    private UUID begin(ShopWebhook webhook, int rate) {
        Reply begun = webhook.post("/replays", "{'rate': %d}".formatted(rate));
        assertThat(begun.status()).as(begun.toString()).isEqualTo(201);
        return UUID.fromString(begun.id());
    }

    private void awaitDone(UUID replay) {
        await().until(() -> shop.jdbc()
                .sql("select status from replays where id = :id")
                .param("id", replay)
                .query(String.class)
                .single()
                .equals("done"));
    }

    /** Each product's delivery is there once, and the receiver has it. */
    private void awaitAllSentOnce(UUID replay, List<String> products) {
        await().until(() -> Set.copyOf(statuses(replay)).equals(Set.of("success")));
        assertThat(shop.jdbc()
                        .sql("select body from deliveries where replay_id = :id")
                        .param("id", replay)
                        .query((rs, n) -> product(requireNonNull(rs.getString(1))))
                        .list())
                .containsExactlyInAnyOrderElementsOf(products);
        assertThat(receiver.received().stream().map(Received::product).collect(Collectors.toSet()))
                .isEqualTo(Set.copyOf(products));
        assertThat(receiver.received())
                .allMatch(one -> one.header("x-tillstream-replayed").equals("true"));
    }

    private static String product(String body) {
        return EventJson.STORED.readTree(body).at("/data/product/id").asString();
    }

    private List<String> statuses(UUID replay) {
        return shop.jdbc()
                .sql("select status from deliveries where replay_id = :id")
                .param("id", replay)
                .query((rs, n) -> requireNonNull(rs.getString(1)))
                .list();
    }

    /** When each that isn't sent yet is to be. */
    private List<Instant> due(UUID replay) {
        return shop.jdbc()
                .sql("select next_attempt_at from deliveries where replay_id = :id order by next_attempt_at")
                .param("id", replay)
                .query((rs, n) -> requireNonNull(rs.getTimestamp(1)).toInstant())
                .list();
    }

    private List<Instant> queued(UUID replay) {
        return shop.jdbc()
                .sql("select q.due_at from queue q join deliveries d on d.id = q.delivery_id"
                        + " where d.replay_id = :id order by q.due_at")
                .param("id", replay)
                .query((rs, n) -> requireNonNull(rs.getTimestamp(1)).toInstant())
                .list();
    }
}
