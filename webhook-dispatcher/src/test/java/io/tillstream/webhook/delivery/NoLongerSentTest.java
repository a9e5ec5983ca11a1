package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** What a person has stopped: deliveries that wait, are held or are under way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NoLongerSentTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String LOGS = "/api/v1/webhooks/logs";

    private final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=1h,1h", "tillstream.webhook.timeout=20s");
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
    void isWhatWaitsForAWebhookThatIsDeleted() {
        receiver.behave(Receiver.answering(503, "later"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']", "'strict_order': true");
        for (int i = 0; i < 3; i++) shop.product();
        awaitStatuses(webhook, "pending", "pending", "pending_retry"); // the newest first
        shop.delete("/api/v1/webhooks/" + webhook.id());
        awaitStatuses(webhook, "permanently_failed", "permanently_failed", "permanently_failed");
        assertGivenUpForGood(webhook);
        receiver.behave(Receiver.answering(200, "ok"));
        shop.clock().advance(Duration.ofHours(2));
        awaitThatOthersAreSentTo();
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void isWhatIsHeldForAWebhookThatIsDeleted() {
        Reply webhook = suspended();
        shop.product();
        shop.product();
        awaitStatuses(webhook, "held", "held", "permanently_failed");
        shop.delete("/api/v1/webhooks/" + webhook.id());
        awaitStatuses(webhook, "permanently_failed", "permanently_failed", "permanently_failed");
        for (JsonNode log : logs(webhook).subList(0, 2))
            assertThat(log.path("error_message").asString()).isEqualTo("The webhook was deleted");
        assertThat(queued(webhook)).isZero();
        awaitThatOthersAreSentTo();
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void isWhatFailsForAWebhookThatWasDeletedMeanwhile() {
        answersLate(503);
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        shop.delete("/api/v1/webhooks/" + webhook.id());
        awaitStatuses(webhook, "permanently_failed");
        mayAnswer.countDown();
        awaitAttempts(webhook, 1);
        assertThat(logs(webhook).getFirst().path("status").asString()).isEqualTo("permanently_failed");
        assertThat(logs(webhook).getFirst().path("error_message").asString()).isEqualTo("The webhook was deleted");
        assertThat(queued(webhook)).isZero();
    }

    @Test
    void isNoneThatAReceiverTakesAlthoughItIsCanceled() {
        answersLate(200);
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        cancel(webhook);
        mayAnswer.countDown();
        awaitStatuses(webhook, "success");
        JsonNode log = logs(webhook).getFirst();
        assertThat(log.path("http_status").asInt()).isEqualTo(200);
        assertThat(log.path("error_message").isNull()).isTrue();
        assertThat(log.path("failed_permanently_at").isNull()).isTrue();
        assertThat(queued(webhook)).isZero();
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void isWhatFailsAfterItIsCanceled() {
        answersLate(500);
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        cancel(webhook);
        mayAnswer.countDown();
        awaitAttempts(webhook, 1);
        JsonNode log = logs(webhook).getFirst();
        assertThat(log.path("status").asString()).isEqualTo("permanently_failed");
        assertThat(log.path("error_message").asString()).isEqualTo("Canceled");
        assertThat(log.path("http_status").asInt()).isEqualTo(500);
        assertThat(log.path("next_retry_at").isNull()).isTrue();
        assertThat(queued(webhook)).isZero();
        shop.clock().advance(Duration.ofHours(2));
        shop.product(); // what is due by then goes first
        await().atMost(LONG).until(() -> receiver.received().size() == 2);
        assertThat(receiver.received())
                .extracting(one -> one.header("x-tillstream-sequence"))
                .containsExactly("1", "2");
    }

    @Test
    void isWhatWasStartedOverForASuspendedWebhookAndCanceled() {
        Reply webhook = suspended();
        awaitStatuses(webhook, "permanently_failed");
        String log = LOGS + "/" + logs(webhook).getFirst().path("id").asString();
        assertThat(shop.post(log + "/replay", "").status()).isEqualTo(200);
        awaitStatuses(webhook, "held");
        cancel(webhook);
        receiver.behave(Receiver.answering(200, "back"));
        shop.patch("/api/v1/webhooks/" + webhook.id(), "{'is_active': true}");
        shop.product();
        awaitStatuses(webhook, "success", "permanently_failed");
        assertThat(shop.get(log).text("error_message")).isEqualTo("Canceled");
        assertThat(queued(webhook)).isZero();
        assertThat(receiver.received())
                .extracting(one -> one.header("x-tillstream-sequence"))
                .containsExactly("1", "2");
    }

    private void assertGivenUpForGood(Reply webhook) {
        for (JsonNode log : logs(webhook)) {
            assertThat(log.path("error_message").asString()).isEqualTo("The webhook was deleted");
            assertThat(log.path("next_retry_at").isNull()).isTrue();
            assertThat(log.path("failed_permanently_at").isNull()).isFalse();
        }
        assertThat(queued(webhook)).isZero();
    }

    /** Gone, as it says of its first delivery. */
    private Reply suspended() {
        receiver.behave(Receiver.answering(410, "gone"));
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        await().atMost(LONG)
                .until(() -> shop.get("/api/v1/webhooks/" + webhook.id())
                        .text("suspension")
                        .contains("410"));
        return webhook;
    }

    private void cancel(Reply webhook) {
        String log = LOGS + "/" + logs(webhook).getFirst().path("id").asString();
        assertThat(shop.post(log + "/cancel", "").status()).isEqualTo(200);
        assertThat(shop.get(log).text("status")).isEqualTo("permanently_failed");
    }

    /** What is due by now has had its turn then. */
    private void awaitThatOthersAreSentTo() {
        try (Receiver other = new Receiver()) {
            shop.webhook(other.url(), "'events': ['product.created']");
            shop.product();
            await().atMost(LONG).until(() -> other.received().size() == 1);
        }
    }

    private void answersLate(int status) {
        CountDownLatch now = mayAnswer;
        receiver.behave((socket, out) -> {
            now.await();
            Receiver.answering(status, "").answer(socket, out);
        });
    }

    private void awaitStatuses(Reply webhook, String... statuses) {
        await().atMost(LONG)
                .until(() -> logs(webhook).stream()
                        .map(log -> log.path("status").asString())
                        .toList()
                        .equals(List.of(statuses)));
    }

    private void awaitAttempts(Reply webhook, int count) {
        await().atMost(LONG)
                .until(() -> logs(webhook).getFirst().path("attempt_count").asInt() == count);
    }

    private List<JsonNode> logs(Reply webhook) {
        return StreamSupport.stream(
                        shop.get(LOGS + "?limit=100&endpoint_id=" + webhook.id())
                                .data()
                                .spliterator(),
                        false)
                .toList();
    }

    private long queued(Reply webhook) {
        return shop.jdbc()
                .sql("select count(*) from queue where endpoint_id = :id")
                .param("id", UUID.fromString(webhook.id()))
                .query(Long.class)
                .single();
    }
}
