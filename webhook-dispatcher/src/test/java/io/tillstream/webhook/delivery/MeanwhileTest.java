package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static io.tillstream.webhook.delivery.ShopWebhook.LOGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tillstream.events.Mode;
import io.tillstream.webhook.delivery.DeliveryQueue.Attempted;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import tools.jackson.databind.JsonNode;

/** What is decided about deliveries while they are under way, or once they are given up. */
class MeanwhileTest {
    @RegisterExtension
    private static final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=50ms", "tillstream.webhook.timeout=20s");

    private final Receiver receiver = shop.receiver();

    @Test
    void keepsNoAnswerThatComesAfterAnErasure() {
        ShopWebhook webhook = shop.webhook(receiver.url(), "'events': ['access.granted']");
        String email = "ada-%s@example.com".formatted(UUID.randomUUID());
        receiver.answerLate(200, "Thank you for " + email);
        String user = shop.user(email);
        shop.grant(user, shop.product());
        receiver.awaitReceived(1);
        String delivery = ShopWebhook.path(webhook.newest());
        shop.postAsAdmin("/api/v1/users/" + user + "/erase", "{'reason': 'asked for it'}");
        await().until(() -> !webhook.newest().toString().contains(email));
        receiver.mayAnswer();
        webhook.awaitStatus("success");
        Reply shown = shop.get(delivery);
        assertThat(shown.data().path("attempts").size()).isEqualTo(1);
        assertThat(shown.json().toString()).doesNotContain(email);
    }

    @Test
    void recordsNothingOfADayThatIsDropped() {
        ShopWebhook webhook = askedAndNotAnswered();
        Partitions partitions = shop.bean(Partitions.class);
        shop.clock().advance(Duration.ofDays(1));
        partitions.make(shop.clock().instant());
        assertThat(partitions.dropBefore(shop.clock().instant())).isPositive();
        receiver.mayAnswer();
        shop.product(); // what can't be recorded would hold it up
        assertThat(webhook.awaitStatus("success").path("sequence").asInt()).isEqualTo(2);
    }

    @Test
    void letsWhatComesLateSayNothing() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        UUID id = UUID.fromString(webhook.awaitStatus("success").path("id").asString());
        Delivery delivery = shop.bean(Deliveries.class).find(id, Mode.LIVE).orElseThrow();
        Instant now = shop.clock().instant();
        // as of a dispatcher that was paused until another one had the delivery
        recordLate(delivery, new Exchange.TimedOut("late"), new Outcome.WillRetry(now), now);
        recordLate(
                delivery,
                new Exchange.Answered(202, "late, too", Optional.empty()),
                new Outcome.Delivered(),
                now.plusMillis(1));
        JsonNode log = shop.get(ShopWebhook.path(webhook.newest())).data();
        assertThat(log.path("status").asString()).isEqualTo("success");
        assertThat(log.path("http_status").asInt()).isEqualTo(200);
        assertThat(log.path("attempt_count").asInt()).isEqualTo(1);
        assertThat(log.path("attempts").valueStream())
                .extracting(
                        one -> one.path("number").asInt(),
                        one -> one.path("http_status").asInt())
                .containsExactly(tuple(1, 200), tuple(2, 408));
    }

    /** Two dispatchers have sent the same one, and each another one besides. */
    @Test
    void recordsTogetherWhatWasDeliveredBeforeAndWhatWasNot() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        Delivery late = soldThenStopped(webhook, "success");
        Deliveries deliveries = shop.bean(Deliveries.class);
        DeliveryQueue queue = shop.bean(DeliveryQueue.class);
        Instant now = shop.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        Delivery together = another(late, now);
        Delivery alone = another(late, now);
        deliveries.store(List.of(together, alone));
        queue.record(List.of(accepted(late, now), accepted(together, now)), Set.of(), Set.of(), now, false);
        queue.record(List.of(accepted(alone, now)), Set.of(), Set.of(), now, true);
        assertThat(webhook.queued()).isZero();
        assertThat(shop.get(LOGS + "/" + late.id()).data().path("attempts").valueStream())
                .extracting(one -> one.path("http_status").asInt())
                .containsExactly(200, 202);
        assertThat(stored(together))
                .as("the same, whatever it is recorded with")
                .isEqualTo(stored(alone))
                .containsEntry("status", "success")
                .containsEntry("http_status", 202)
                .containsEntry("attempt_count", 1);
        assertThat(deliveries.attempts(together.id()))
                .isEqualTo(deliveries.attempts(alone.id()))
                .hasSize(1);
    }

    /** A success by itself and one that is recorded with others take different statements. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "status = 'pending'",
                "status = 'pending_retry', attempt_count = 1, attempts_made = 1, error_message = 'HTTP 500', http_status = 500",
                "status = 'permanently_failed', failed_at = now(), next_attempt_at = null",
                "status = 'permanently_failed', failed_at = now(), stopped = true, error_message = 'Canceled'",
                "status = 'retried', failed_at = now(), next_attempt_at = null",
                "status = 'held', next_attempt_at = null",
                "status = 'archived', next_attempt_at = null"
            })
    void recordsASuccessAlikeWhateverTheDeliveryHasBecome(String become) {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        Delivery like = soldThenStopped(webhook, "success");
        Deliveries deliveries = shop.bean(Deliveries.class);
        DeliveryQueue queue = shop.bean(DeliveryQueue.class);
        Instant now = shop.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        Delivery together = another(like, now);
        Delivery alone = another(like, now);
        deliveries.store(List.of(together, alone));
        shop.jdbc()
                .sql("update deliveries set " + become + " where id in (?, ?)")
                .params(together.id(), alone.id())
                .update();
        queue.record(List.of(accepted(together, now)), Set.of(), Set.of(), now, false);
        queue.record(List.of(accepted(alone, now)), Set.of(), Set.of(), now, true);
        assertThat(stored(together)).isEqualTo(stored(alone)).containsEntry("http_status", 202);
        assertThat(deliveries.attempts(together.id())).isEqualTo(deliveries.attempts(alone.id()));
        assertThat(webhook.queued()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendsNoMoreWhatIsStartedOverWhileItsSuccessIsRecorded(boolean alone) throws SQLException {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        Delivery delivery = soldThenStopped(webhook, "permanently_failed");
        Instant now = shop.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        CompletableFuture<Void> recorded;
        try (Connection startingOver = shop.bean("webhooks", DataSource.class).getConnection()) {
            startingOver.setAutoCommit(false);
            assertThat(new Deliveries(new JdbcTemplate(new SingleConnectionDataSource(startingOver, true)), 1)
                            .replay(delivery.id(), false, now))
                    .isTrue();
            recorded = CompletableFuture.runAsync(() -> shop.bean(DeliveryQueue.class)
                    .record(List.of(accepted(delivery, now)), Set.of(), Set.of(), now, alone));
            awaitSomebodyBlocked();
            startingOver.commit();
        }
        recorded.join();
        assertThat(webhook.queued()).isZero();
        assertThat(webhook.newest().path("status").asString()).isEqualTo("success");
    }

    private static void awaitSomebodyBlocked() {
        await().until(() -> shop.asOwner()
                        .sql("select count(*) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0")
                        .query(Long.class)
                        .single()
                > 0);
    }

    /** Else it would be sent again at the end of its lease, and so would each of them. */
    @Test
    void sendsNothingWhileSomethingIsOverForLongAndNotRecorded() {
        ShopWebhook webhook = askedAndNotAnswered();
        shop.whileLocked("select id from deliveries", () -> {
            receiver.mayAnswer();
            awaitSomebodyBlocked();
            shop.clock().advance(Duration.ofSeconds(6));
            shop.product();
            await().until(() -> webhook.queued() == 2);
            await().during(Duration.ofMillis(500))
                    .until(() -> receiver.received().size() == 1);
        });
        webhook.awaitStats("delivered", 2);
        assertThat(receiver.received()).hasSize(2);
    }

    /** The answer to a commit was lost, so that it is recorded once more. */
    @Test
    void countsAGivenUpAttemptOnce() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        Delivery over = soldThenStopped(webhook, "permanently_failed");
        Delivery before = waiting(over);
        Map<String, @Nullable Object> first = stored(over);
        Instant now = shop.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        Attempted again = new Attempted(
                before, now, new Exchange.Answered(404, "nobody", Optional.empty()), new Outcome.GaveUp(false), now, 1);
        shop.bean(DeliveryQueue.class).record(List.of(again), Set.of(), Set.of(), now, true);
        assertThat(stored(over)).isEqualTo(first);
    }

    /** Until {@link Receiver#mayAnswer}. */
    private ShopWebhook askedAndNotAnswered() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        receiver.answerLate(200, "late");
        shop.product();
        receiver.awaitReceived(1);
        return webhook;
    }

    /** What came of a product, after which the dispatcher does nothing more. */
    private static Delivery soldThenStopped(ShopWebhook webhook, String status) {
        shop.product();
        String id = webhook.awaitStatus(status).path("id").asString();
        shop.bean(Dispatching.class).stop();
        return shop.bean(Deliveries.class).find(UUID.fromString(id), Mode.LIVE).orElseThrow();
    }

    private static Delivery another(Delivery like, Instant now) {
        return Delivery.unsent(
                Ids.at(now),
                like.endpointId(),
                like.mode(),
                null,
                like.messageId(),
                like.event(),
                null,
                like.body(),
                Status.PENDING,
                like.maxAttempts(),
                now,
                now,
                null);
    }

    private static Attempted accepted(Delivery delivery, Instant at) {
        Exchange accepted = new Exchange.Answered(202, "thank you", Optional.empty());
        return new Attempted(waiting(delivery), at, accepted, new Outcome.Delivered(), at, 1);
    }

    private Map<String, @Nullable Object> stored(Delivery delivery) {
        return shop.jdbc()
                .sql(
                        "select status, attempt_count, attempts_made, http_status, error_message, response_body, duration_ms,"
                                + " next_attempt_at, failed_at, delivered_attempt_at from deliveries where id = ?")
                .param(delivery.id())
                .query()
                .singleRow();
    }

    private void recordLate(Delivery delivery, Exchange exchange, Outcome outcome, Instant at) {
        Attempted late = new Attempted(waiting(delivery), at, exchange, outcome, at, 1);
        shop.bean(DeliveryQueue.class).record(List.of(late), Set.of(), Set.of(), at, true);
    }

    @Test
    void sendsOnceWhatTwoRetryAtATime() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        String retry = ShopWebhook.path(webhook.awaitStatus("permanently_failed")) + "/retry";
        receiver.answerLate(200, "at last");
        List<CompletableFuture<Reply>> both = IntStream.range(0, 2)
                .mapToObj(n -> CompletableFuture.supplyAsync(() -> shop.post(retry, "{}")))
                .toList();
        await().until(() -> both.stream().anyMatch(CompletableFuture::isDone));
        receiver.mayAnswer();
        assertThat(both.stream().map(CompletableFuture::join).map(Reply::status))
                .containsExactlyInAnyOrder(200, 400);
        assertThat(receiver.received()).hasSize(3); // two attempts, and one by hand
    }

    @Test
    void startsNothingOverForAWebhookThatIsSwitchedOff() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        String replay = ShopWebhook.path(webhook.awaitStatus("permanently_failed")) + "/replay";
        webhook.patch("{'is_active': false}");
        await().until(() -> !webhook.shown().path("is_active").asBoolean(true));
        assertThat(shop.post(replay, "{}").status()).isEqualTo(409);
        assertThat(shop.post(LOGS + "/retry", "{}").data().path("retried").asInt(-1))
                .isZero();
        webhook.awaitStatus("permanently_failed");
        webhook.patch("{'is_active': true}");
        await().until(() -> webhook.shown().path("is_active").asBoolean(false));
        receiver.behave(Receiver.answering(200, "ok"));
        assertThat(shop.post(LOGS + "/retry", "{}").data().path("retried").asInt(-1))
                .isEqualTo(1);
        webhook.awaitStatus("success");
    }

    @Test
    void sendsATestOnceMoreWhenItIsReplayed() {
        receiver.behave(Receiver.answering(404, "nobody"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        webhook.post("/test", "{}");
        String replay = ShopWebhook.path(webhook.awaitStatus("permanently_failed")) + "/replay";
        assertThat(shop.post(replay, "{}").status()).isEqualTo(200);
        receiver.awaitReceived(2);
        webhook.awaitStatus("permanently_failed");
        assertThat(shop.count("queue")).isZero();
    }

    @Test
    void replaysHistoryInStrictOrderAtARate() {
        shop.products(2);
        ShopWebhook webhook = shop.toldOfProducts(
                receiver, "'strict_order': true", "'rate_limit': {'deliveries': 100, 'per': 'second'}");
        webhook.post("/replays", "{}");
        await().until(() -> receiver.received().size() >= 2);
        assertThat(receiver.received())
                .allMatch(one -> one.header("x-tillstream-replayed").equals("true"));
    }

    @Test
    void endsAPageOfTheFeedBeforeAGap() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.products(5);
        String feed = webhook.path() + "/feed?after=";
        await().until(() -> shop.get(feed + 0).data().path("deliveries").size() == 5);
        webhook.drop(3, 4);
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
        ShopWebhook broken = shop.toldOfProducts(receiver);
        shop.asOwner()
                .sql("update public.secrets set sealed = decode('00', 'hex') where for_dispatcher")
                .update();
        ShopWebhook whole = shop.toldOfProducts(receiver);
        shop.product();
        whole.awaitStatus("success");
        assertThat(broken.awaitStatus("permanently_failed")
                        .path("error_message")
                        .asString())
                .contains("secrets can't be read");
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void sendsOnceWhatHadASecretThatCouldNotBeRead() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.asOwner()
                .sql("alter view public.dispatcher_secrets rename to unreadable")
                .update();
        shop.product();
        Dispatching dispatching = shop.bean(Dispatching.class);
        await().until(() -> dispatching.trouble() != null);
        assertThat(receiver.received()).isEmpty();
        shop.asOwner()
                .sql("alter view public.unreadable rename to dispatcher_secrets")
                .update();
        webhook.awaitStatus("success");
        await().until(() -> dispatching.trouble() == null);
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void sendsEachOnceWhenItIsStoppedAndStartedMeanwhile() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        Dispatching dispatching = shop.bean(Dispatching.class);
        for (int times = 0; times < 5; times++) {
            for (int n = 0; n < 4; n++) shop.product();
            dispatching.stop();
            dispatching.start();
        }
        webhook.awaitLogs("success", 20);
        assertThat(receiver.received()).hasSize(20);
    }

    private static Delivery waiting(Delivery of) {
        return Delivery.unsent(
                of.id(),
                of.endpointId(),
                of.mode(),
                of.number(),
                of.messageId(),
                of.event(),
                of.personId(),
                of.body(),
                Status.PENDING,
                of.maxAttempts(),
                of.createdAt(),
                of.createdAt(),
                of.replayId());
    }
}
