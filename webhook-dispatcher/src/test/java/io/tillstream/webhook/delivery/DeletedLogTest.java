package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/** What becomes of the log of a webhook that is deleted. */
class DeletedLogTest {
    @RegisterExtension
    private static final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=1h", "tillstream.webhook.timeout=20s");

    private final Receiver receiver = shop.receiver();

    @Test
    void isShownNoMoreWhileItIsStillThere() {
        receiver.behave(Receiver.answering(503, "later"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        ShopWebhook other = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitStatus("pending_retry");
        other.awaitStatus("pending_retry");
        JsonNode log = webhook.newest();
        String delivery = ShopWebhook.path(log);
        String path = webhook.path();
        String replay = path + "/replays/"
                + shop.post(path + "/replays", "{'to': '2020-01-01T00:00:00Z'}").id();
        assertThat(shop.get(replay).status()).isEqualTo(200);
        whileNothingIsRemoved(webhook, () -> {
            delete(webhook);
            assertThat(webhook.logs()).isEmpty();
            assertThat(logs("?status=all_failed")).containsExactly(idOf(other.newest()));
            assertThat(logs("?sort_order=asc")).contains(idOf(other.newest())).doesNotContain(idOf(log));
            for (String gone : List.of(delivery, path + "/feed", path + "/stats", path + "/replays", replay))
                assertThat(shop.get(gone).status()).as(gone).isEqualTo(404);
            for (String action : List.of("retry", "replay", "force-retry", "cancel", "archive"))
                assertThat(shop.post(delivery + "/" + action, "{}").status())
                        .as(action)
                        .isEqualTo(404);
            assertThat(shop.post(path + "/replays", "{}").status()).isEqualTo(404);
            assertThat(shop.bean(Deliveries.class)
                            .waiting(shop.clock().instant())
                            .deliveries())
                    .isEqualTo(1); // the other's
            assertThat(rows("deliveries", webhook)).isEqualTo(1);
            assertThat(rows("queue", webhook)).isEqualTo(1);
        });
        awaitRemoved(webhook);
        assertThat(rows("replays", webhook)).isZero();
        assertThat(other.logs()).hasSize(1);
        assertThat(shop.count("attempts")).isEqualTo(1);
    }

    @Test
    void isRemovedStepByStepAlsoAfterARestart() {
        ShopWebhook webhook = withTwoStepsWaiting();
        takeInButStop(webhook);
        DeletedLogs logs = shop.bean(DeletedLogs.class);
        assertThat(logs.removeSome()).isTrue();
        assertThat(rows("queue", webhook)).isEqualTo(DeletedLogs.STEP + 1);
        for (int step = 0; step < 3; step++) assertThat(logs.removeSome()).isTrue();
        assertThat(rows("queue", webhook)).isZero();
        assertThat(rows("deliveries", webhook)).isEqualTo(DeletedLogs.STEP + 1);
        assertThat(shop.deletedLogs()).isEqualTo(1);
        shop.restart(() -> {}, "tillstream.webhook.retries=1h", "tillstream.webhook.timeout=20s");
        awaitRemoved(webhook);
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void isRemovedWholeAlsoWhereSomeOfItWasSomebodysWhenAStepCameBy() {
        ShopWebhook webhook = withTwoStepsWaiting();
        // as a retry by hand has its original's number, and a test has none; here they are where a step ends
        String path = "update deliveries set number = %s where endpoint_id = '" + webhook.uuid() + "' and number = %s";
        for (String change : List.of(path.formatted("1000", "1001"), path.formatted("null", "1500")))
            assertThat(shop.jdbc().sql(change).update()).isEqualTo(1);
        takeInButStop(webhook);
        DeletedLogs logs = shop.bean(DeletedLogs.class);
        inTransaction(() -> {
            assertThat(shop.jdbc()
                            .sql(
                                    "select id from deliveries where endpoint_id = :id and number in (1, 700, 1800) for update")
                            .param("id", webhook.uuid())
                            .query(UUID.class)
                            .list())
                    .hasSize(3);
            boolean more = true;
            while (more) more = inAnotherThread(logs::removeSome);
        });
        assertThat(rows("deliveries", webhook)).isEqualTo(3);
        boolean more = true;
        while (more) more = logs.removeSome();
        assertThat(rows("deliveries", webhook) + rows("queue", webhook)).isZero();
        assertThat(shop.deletedLogs()).isZero();
    }

    @Test
    void isRemovedByOneDispatcherAtATime() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitStatus("success");
        takeInButStop(webhook);
        DeletedLogs logs = shop.bean(DeletedLogs.class);
        inTransaction(() -> {
            assertThat(logs.removeSome()).isTrue();
            assertThat(inAnotherThread(logs::removeSome)).isFalse();
        });
        try (ConfigurableApplicationContext one = shop.anotherDispatcher();
                ConfigurableApplicationContext two = shop.anotherDispatcher()) {
            awaitRemoved(webhook);
            assertThat(one.getBean(Dispatching.class).trouble()).isNull();
            assertThat(two.getBean(Dispatching.class).trouble()).isNull();
        }
    }

    /** For which the horizon, and with it every delivery, would wait. */
    @Test
    void isLookedThroughWithoutATransactionId() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitStatus("success");
        takeInButStop(webhook);
        DeletedLogs logs = shop.bean(DeletedLogs.class);
        whileNothingIsRemoved(
                webhook,
                () -> CompletableFuture.runAsync(() -> inTransaction(() -> {
                            assertThat(logs.removeSome()).isFalse();
                            assertThat(hasTransactionId()).isFalse();
                        }))
                        .join());
        inTransaction(() -> {
            assertThat(logs.removeSome()).isTrue();
            assertThat(hasTransactionId()).isTrue();
        });
    }

    @Test
    void getsNothingOfAnAttemptUnderWay() {
        receiver.answerLate(500, "late");
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        CompletableFuture<Reply> test = CompletableFuture.supplyAsync(() -> webhook.post("/test", "{}"));
        receiver.awaitReceived(2);
        delete(webhook);
        awaitRemoved(webhook);
        receiver.mayAnswer();
        assertThat(test.join().status()).isEqualTo(200);
        awaitThatOthersAreSentTo();
        assertThat(rows("deliveries", webhook) + rows("queue", webhook)).isZero();
        assertThat(orphans()).isZero();
        assertThat(requireNonNull(shop.bean(Standing.class).health()).getStatus())
                .isEqualTo(Status.UP);
    }

    /** As whoever records an attempt does it: the delivery first, and the attempt with it. */
    @Test
    void goesWithAnAttemptThatIsBeingRecorded() {
        receiver.behave(Receiver.answering(503, "later"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitStatus("pending_retry");
        String delivery = webhook.newest().path("id").asString();
        takeInButStop(webhook);
        DeletedLogs logs = shop.bean(DeletedLogs.class);
        inTransaction(() -> {
            shop.jdbc()
                    .sql(
                            "with told as (update deliveries set attempt_count = 2 where id = cast(:id as uuid) returning id)"
                                    + " insert into attempts (delivery_id, number, started_at, duration_ms)"
                                    + " select id, 2, now(), 1 from told")
                    .param("id", delivery)
                    .update();
            boolean more = true;
            while (more) more = inAnotherThread(logs::removeSome);
            assertThat(rows("queue", webhook)).isZero();
            assertThat(shop.deletedLogs()).isEqualTo(1);
        });
        boolean more = true;
        while (more) more = logs.removeSome();
        assertThat(shop.deletedLogs()).isZero();
        assertThat(rows("deliveries", webhook)).isZero();
        assertThat(orphans()).isZero();
    }

    @Test
    void getsNoTestOfAWebhookThatIsDeletedMeanwhile() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        CompletableFuture<Reply> test = new CompletableFuture<>();
        CompletableFuture<Reply> replay = new CompletableFuture<>();
        shop.whileNothingIsTakenIn(() -> {
            test.completeAsync(() -> webhook.post("/test", "{}"));
            replay.completeAsync(() -> webhook.post("/replays", "{}"));
            await().until(() -> shop.asOwner()
                            .sql("select count(*) from pg_stat_activity where datname = current_database()"
                                    + " and wait_event_type = 'Lock' and query like '%taken_in for share%'")
                            .query(Long.class)
                            .single()
                    == 2);
            shop.jdbc()
                    .sql("update endpoints set deleted = true where id = :id")
                    .param("id", webhook.uuid())
                    .update();
        });
        assertThat(test.join().status()).isEqualTo(404);
        assertThat(replay.join().status()).isEqualTo(404);
        awaitRemoved(webhook);
        assertThat(rows("replays", webhook)).isZero();
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void getsNothingMoreOfAReplay() {
        shop.products(10);
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        webhook.post("/replays", "{'rate': 1}");
        await().until(() -> !receiver.received().isEmpty());
        delete(webhook);
        awaitRemoved(webhook);
        assertThat(rows("replays", webhook)).isZero();
        int sent = receiver.received().size();
        shop.clock().advance(Duration.ofMinutes(1));
        awaitThatOthersAreSentTo();
        assertThat(rows("deliveries", webhook)).isZero();
        assertThat(receiver.received()).hasSize(sent);
    }

    private ShopWebhook withTwoStepsWaiting() {
        receiver.behave(Receiver.answering(503, "later"));
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'strict_order': true");
        shop.product();
        webhook.awaitStatus("pending_retry");
        webhook.pileUp(2 * DeletedLogs.STEP);
        return webhook;
    }

    /** Deletes it, and waits until the dispatcher knows. */
    private void delete(ShopWebhook webhook) {
        assertThat(shop.delete(webhook.path()).status()).isEqualTo(204);
        assertThat(shop.get(webhook.path()).status()).isEqualTo(404);
    }

    /** Deletes it with nobody at work who would remove anything. */
    private void takeInButStop(ShopWebhook webhook) {
        whileNothingIsRemoved(webhook, () -> {
            delete(webhook);
            shop.bean(Dispatching.class).stop();
        });
        assertThat(rows("deliveries", webhook)).isPositive();
    }

    private void whileNothingIsRemoved(ShopWebhook webhook, Runnable meanwhile) {
        inTransaction(() -> {
            for (String rows : List.of("select id from deliveries", "select delivery_id from queue"))
                shop.jdbc()
                        .sql(rows + " where endpoint_id = :id for update")
                        .param("id", webhook.uuid())
                        .query(UUID.class)
                        .list();
            meanwhile.run();
        });
    }

    private void inTransaction(Runnable work) {
        DataSource webhooks = shop.bean("webhooks", DataSource.class);
        new TransactionTemplate(new JdbcTransactionManager(webhooks)).executeWithoutResult(status -> work.run());
    }

    private boolean hasTransactionId() {
        return shop.jdbc()
                .sql("select pg_current_xact_id_if_assigned() is not null")
                .query(Boolean.class)
                .single();
    }

    /** Not in this thread's transaction. */
    private static <T> T inAnotherThread(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work).join();
    }

    private void awaitRemoved(ShopWebhook webhook) {
        await().until(() -> shop.deletedLogs() == 0);
        assertThat(rows("deliveries", webhook)).isZero();
        assertThat(rows("queue", webhook)).isZero();
        assertThat(orphans()).isZero();
    }

    private long rows(String table, ShopWebhook webhook) {
        return shop.count(table + " where endpoint_id = '" + webhook.uuid() + "'");
    }

    /** Attempts to deliver something that isn't there. */
    private long orphans() {
        return shop.count("attempts where delivery_id not in (select id from deliveries)");
    }

    /** What is due by now, and what is to be recorded, has had its turn then. */
    private void awaitThatOthersAreSentTo() {
        ShopWebhook webhook = shop.toldOfProducts(shop.receiver());
        shop.product();
        webhook.awaitStatus("success");
    }

    private List<String> logs(String query) {
        return shop.get(ShopWebhook.LOGS + query)
                .data()
                .valueStream()
                .map(DeletedLogTest::idOf)
                .toList();
    }

    private static String idOf(JsonNode log) {
        return log.path("id").asString();
    }
}
