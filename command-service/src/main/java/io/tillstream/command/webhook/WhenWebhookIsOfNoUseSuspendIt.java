package io.tillstream.command.webhook;

import static java.util.Objects.requireNonNull;

import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.webhook.WebhookCommand.SuspendWebhook;
import io.tillstream.events.Mode;
import io.tillstream.events.webhook.Webhook;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Suspends the webhooks that the dispatcher found to be of no use: it leaves a wish, since it appends nothing itself. A wish
 * is decided on like any command, so one that comes twice, or too late, changes nothing.
 */
final class WhenWebhookIsOfNoUseSuspendIt implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WhenWebhookIsOfNoUseSuspendIt.class);
    private static final long EVERY_MS = 1_000;

    private record Wish(UUID webhookId, Mode mode, String reason, Instant at) {}

    private final JdbcClient jdbc;
    private final CommandSender commands;
    private final CountDownLatch closed = new CountDownLatch(1);

    WhenWebhookIsOfNoUseSuspendIt(JdbcClient jdbc, CommandSender commands) {
        this.jdbc = jdbc;
        this.commands = commands;
    }

    void start() {
        Thread.ofPlatform().name("WhenWebhookIsOfNoUseSuspendIt").daemon().start(this::lookUntilClosed);
    }

    private void lookUntilClosed() {
        try {
            while (!closed.await(EVERY_MS, TimeUnit.MILLISECONDS)) look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            jdbc.sql(
                            "select webhook_id, mode, reason, wished_at from webhook_suspension_wishes order by wished_at limit 100")
                    .query((rs, n) -> new Wish(
                            requireNonNull(rs.getObject("webhook_id", UUID.class)),
                            Mode.of(requireNonNull(rs.getString("mode"))),
                            requireNonNull(rs.getString("reason")),
                            rs.getTimestamp("wished_at").toInstant()))
                    .list()
                    .forEach(this::grant);
        } catch (DataAccessException e) {
            log.warn("Wishes to suspend webhooks can't be read: {}", e.getMessage());
        }
    }

    private void grant(Wish wish) {
        try {
            commands.sendAs(
                    WhenWebhookIsOfNoUseSuspendIt.class.getSimpleName(),
                    wish.mode(),
                    new SuspendWebhook(wish.webhookId(), wish.reason()),
                    Webhook.class);
            jdbc.sql("delete from webhook_suspension_wishes where webhook_id = :id and wished_at <= :at")
                    .param("id", wish.webhookId())
                    .param("at", Timestamp.from(wish.at()))
                    .update();
        } catch (RuntimeException e) {
            log.error("Webhook {} can't be suspended; trying again", wish.webhookId(), e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
