package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** How a webhook's last 24 hours are told. */
class StatisticsTest {
    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop();

    @Test
    void countWhatIsSettledAndWhatWaits() {
        ShopWebhook webhook = quiet();
        Instant now = shop.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        Instant before = now.minus(Duration.ofHours(25));
        shop.bean(Partitions.class).make(before);
        for (long ms = 1; ms <= 97; ms++) stored(webhook, now, "success", null, ms);
        stored(webhook, now, "permanently_failed", "HTTP 500", 98L);
        stored(webhook, now, "retried", "HTTP 500", 99L);
        stopped(stored(webhook, now, "permanently_failed", "HTTP 500", 100L));
        stopped(stored(webhook, now, "retried", null, null));
        for (int i = 0; i < 200; i++) stored(webhook, before, "success", null, 9_000L);
        Instant oldest = now.minus(Duration.ofMinutes(7));
        queued(stored(webhook, now, "pending_retry", "HTTP 500", null), webhook, "1 hour");
        queued(stored(webhook, oldest, "pending", null, null), webhook, "1 hour");
        queued(stored(webhook, before, "held", null, null), webhook, "infinity");

        JsonNode shown = webhook.stats();
        assertThat(shown.path("delivered").asInt()).isEqualTo(97);
        assertThat(shown.path("failed").asInt()).isEqualTo(2);
        assertThat(shown.path("success_rate").decimalValue()).isEqualByComparingTo("0.9798");
        assertThat(shown.path("p50_ms").asInt()).isEqualTo(50);
        assertThat(shown.path("p99_ms").asInt()).isEqualTo(99);
        assertThat(shown.path("waiting").asInt()).isEqualTo(2);
        assertThat(shown.path("held").asInt()).isEqualTo(1);
        assertThat(Instant.parse(shown.path("oldest_waiting_at").asString())).isEqualTo(oldest);
        for (String never : new String[] {"last_success_at", "failing_since", "paused_until"})
            assertThat(shown.path(never).isNull()).as(never).isTrue();
    }

    @Test
    void sayNothingWhereThereIsNothing() {
        JsonNode shown = quiet().stats();
        for (String none : new String[] {"delivered", "failed", "waiting", "held"})
            assertThat(shown.path(none).asInt(-1)).as(none).isZero();
        for (String none : new String[] {"success_rate", "p50_ms", "p99_ms", "oldest_waiting_at", "last_success_at"})
            assertThat(shown.path(none).isNull()).as(none).isTrue();
    }

    private static ShopWebhook quiet() {
        return shop.webhook("http://127.0.0.1:9/hooks", "'events': ['product.created']");
    }

    private UUID stored(
            ShopWebhook webhook, Instant at, String status, @Nullable String error, @Nullable Long durationMs) {
        UUID id = Ids.at(at);
        shop.jdbc()
                .sql("insert into deliveries (id, endpoint_id, mode, message_id, event, body, status, max_attempts,"
                        + " error_message, duration_ms, created_at) values (:id, :webhook, 'live', 'm',"
                        + " 'product.created', '{}', :status, 1, :error, :duration, :at)")
                .param("id", id)
                .param("webhook", webhook.uuid())
                .param("status", status)
                .param("error", error)
                .param("duration", durationMs)
                .param("at", Timestamp.from(at))
                .update();
        return id;
    }

    private void stopped(UUID delivery) {
        shop.jdbc()
                .sql("update deliveries set stopped = true where id = :id")
                .param("id", delivery)
                .update();
    }

    private void queued(UUID delivery, ShopWebhook webhook, String due) {
        shop.jdbc()
                .sql(
                        "insert into queue (delivery_id, endpoint_id, due_at) values (:id, :webhook, case :due when 'infinity'"
                                + " then 'infinity'::timestamptz else now() + :due::interval end)")
                .param("id", delivery)
                .param("webhook", webhook.uuid())
                .param("due", due)
                .update();
    }
}
