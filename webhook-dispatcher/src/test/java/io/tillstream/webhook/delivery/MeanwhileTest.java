package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.events.Mode;
import io.tillstream.webhook.delivery.Deliveries.Attempted;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** What is decided about deliveries while they are under way, or once they are given up. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MeanwhileTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String LOGS = "/api/v1/webhooks/logs";

    private final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=50ms", "tillstream.webhook.timeout=20s");
    private Receiver receiver = new Receiver();
    private CountDownLatch mayAnswer = new CountDownLatch(1);

    @AfterEach
    void anotherReceiver() {
        shop.deleteWebhooks();
        mayAnswer.countDown();
        mayAnswer = new CountDownLatch(1);
        receiver.close();
        receiver = new Receiver();
    }

    @AfterAll
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void keepsNoAnswerThatComesAfterAnErasure() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['access.granted']");
        String email = "ada-%s@example.com".formatted(UUID.randomUUID());
        answersLate("Thank you for " + email);
        String user =
                shop.post("/api/v1/users", "{'email': '%s'}".formatted(email)).id();
        shop.post("/api/v1/users/" + user + "/access", "{'product_id': '%s'}".formatted(shop.product()));
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        String delivery = only(webhook).path("id").asString();
        shop.postAsAdmin("/api/v1/users/" + user + "/erase", "{'reason': 'asked for it'}");
        await().atMost(LONG).until(() -> !only(webhook).toString().contains(email));
        mayAnswer.countDown();
        awaitStatus(webhook, "success");
        Reply shown = shop.get(LOGS + "/" + delivery);
        assertThat(shown.data().path("attempts").size()).isEqualTo(1);
        assertThat(shown.json().toString()).doesNotContain(email);
    }

    @Test
    void recordsNothingOfADayThatIsDropped() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        answersLate("late");
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        Partitions partitions = shop.bean(Partitions.class);
        shop.clock().advance(Duration.ofDays(1));
        partitions.make(shop.clock().instant());
        assertThat(partitions.dropBefore(shop.clock().instant())).isPositive();
        mayAnswer.countDown();
        shop.product(); // what can't be recorded would hold it up
        awaitStatus(webhook, "success");
        assertThat(only(webhook).path("sequence").asInt()).isEqualTo(2);
    }

    @Test
    void letsALateFailureSayNothing() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        awaitStatus(webhook, "success");
        UUID id = UUID.fromString(only(webhook).path("id").asString());
        Delivery delivery = shop.bean(Deliveries.class).find(id, Mode.LIVE).orElseThrow();
        Instant now = shop.clock().instant();
        // as of a dispatcher that was paused until another one had the delivery
        shop.bean(Deliveries.class)
                .record(
                        List.of(new Attempted(
                                waiting(delivery),
                                now,
                                new Exchange.TimedOut("late"),
                                new Outcome.WillRetry(now),
                                now,
                                1)),
                        Set.of(),
                        Set.of(),
                        now,
                        true);
        assertThat(only(webhook).path("status").asString()).isEqualTo("success");
        assertThat(only(webhook).path("http_status").asInt()).isEqualTo(200);
        assertThat(only(webhook).path("attempt_count").asInt()).isEqualTo(1);
    }

    @Test
    void sendsOnceWhatTwoRetryAtATime() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        awaitStatus(webhook, "permanently_failed");
        answersLate("at last");
        String retry = LOGS + "/" + only(webhook).path("id").asString() + "/retry";
        List<CompletableFuture<Reply>> both = IntStream.range(0, 2)
                .mapToObj(n -> CompletableFuture.supplyAsync(() -> shop.post(retry, "{}")))
                .toList();
        await().atMost(LONG).until(() -> both.stream().anyMatch(CompletableFuture::isDone));
        mayAnswer.countDown();
        assertThat(both.stream().map(CompletableFuture::join).map(Reply::status))
                .containsExactlyInAnyOrder(200, 400);
        assertThat(receiver.received()).hasSize(3); // two attempts, and one by hand
    }

    @Test
    void startsNothingOverForAWebhookThatIsSwitchedOff() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        awaitStatus(webhook, "permanently_failed");
        String path = "/api/v1/webhooks/" + webhook.id();
        String replay = LOGS + "/" + only(webhook).path("id").asString() + "/replay";
        shop.patch(path, "{'is_active': false}");
        await().atMost(LONG)
                .until(() -> !shop.get(path).data().path("is_active").asBoolean(true));
        assertThat(shop.post(replay, "{}").status()).isEqualTo(409);
        assertThat(shop.post(LOGS + "/retry", "{}").data().path("retried").asInt(-1))
                .isZero();
        awaitStatus(webhook, "permanently_failed");
        shop.patch(path, "{'is_active': true}");
        await().atMost(LONG).until(() -> shop.get(path).data().path("is_active").asBoolean(false));
        receiver.behave(Receiver.answering(200, "ok"));
        assertThat(shop.post(LOGS + "/retry", "{}").data().path("retried").asInt(-1))
                .isEqualTo(1);
        awaitStatus(webhook, "success");
    }

    @Test
    void sendsATestOnceMoreWhenItIsReplayed() {
        receiver.behave(Receiver.answering(404, "nobody"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.post("/api/v1/webhooks/" + webhook.id() + "/test", "{}");
        awaitStatus(webhook, "permanently_failed");
        String replay = LOGS + "/" + only(webhook).path("id").asString() + "/replay";
        assertThat(shop.post(replay, "{}").status()).isEqualTo(200);
        await().atMost(LONG).until(() -> receiver.received().size() == 2);
        awaitStatus(webhook, "permanently_failed");
        assertThat(shop.jdbc()
                        .sql("select count(*) from queue")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void replaysHistoryInStrictOrderAtARate() {
        shop.product();
        shop.product();
        Reply webhook = shop.webhook(
                receiver.url(),
                "'events': ['product.created']",
                "'strict_order': true",
                "'rate_limit': {'deliveries': 100, 'per': 'second'}");
        shop.post("/api/v1/webhooks/" + webhook.id() + "/replays", "{}");
        await().atMost(LONG).until(() -> receiver.received().size() >= 2);
        assertThat(receiver.received())
                .allMatch(one -> one.header("x-tillstream-replayed").equals("true"));
    }

    @Test
    void endsAPageOfTheFeedBeforeAGap() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        for (int i = 0; i < 5; i++) shop.product();
        String feed = "/api/v1/webhooks/" + webhook.id() + "/feed?after=";
        await().atMost(LONG)
                .until(() -> shop.get(feed + 0).data().path("deliveries").size() == 5);
        shop.jdbc()
                .sql("delete from deliveries where number in (3, 4) and endpoint_id = cast(? as uuid)")
                .param(webhook.id())
                .update();
        JsonNode page = shop.get(feed + 0).data();
        assertThat(page.path("deliveries").size()).isEqualTo(2);
        assertThat(page.path("has_more").asBoolean()).isTrue();
        Reply gap = shop.get(feed + page.path("next_after").asInt());
        assertThat(gap.status()).isEqualTo(410);
        assertThat(gap.json().at("/error/details/first/0").asString()).isEqualTo("5");
        assertThat(shop.get(feed + 4).data().path("deliveries").size()).isEqualTo(1);
    }

    @Test
    void isHeldUpByNobodyWhoseSecretCannotBeOpened() {
        Reply broken = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.asOwner()
                .sql("update public.secrets set sealed = decode('00', 'hex') where for_dispatcher")
                .update();
        Reply whole = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        awaitStatus(whole, "success");
        awaitStatus(broken, "permanently_failed");
        assertThat(only(broken).path("error_message").asString()).contains("secrets can't be read");
        assertThat(receiver.received()).hasSize(1);
    }

    private void answersLate(String body) {
        CountDownLatch now = mayAnswer;
        receiver.behave((socket, out) -> {
            now.await();
            Receiver.answering(200, body).answer(socket, out);
        });
    }

    private void awaitStatus(Reply webhook, String status) {
        await().atMost(LONG).until(() -> only(webhook).path("status").asString().equals(status));
    }

    /** Its newest delivery. */
    private JsonNode only(Reply webhook) {
        return shop.get(LOGS + "?endpoint_id=" + webhook.id()).data().path(0);
    }

    private static Delivery waiting(Delivery of) {
        return new Delivery(
                of.id(),
                of.endpointId(),
                of.mode(),
                of.number(),
                of.messageId(),
                of.event(),
                of.personId(),
                of.body(),
                Status.PENDING,
                0,
                0,
                of.maxAttempts(),
                of.createdAt(),
                null,
                null,
                null,
                null,
                null,
                of.createdAt(),
                of.replayId());
    }
}
