package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.embedded.Servers;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Tables that an older version has filled. */
class UpgradeTest {
    private final DriverManagerDataSource database = new DriverManagerDataSource(
            Servers.temporary().postgres().newDatabase() + "?currentSchema=webhooks",
            Servers.temporary().postgres().user(),
            Servers.temporary().postgres().password());
    private final JdbcClient jdbc = JdbcClient.create(database);

    @Test
    void whatIsHeldIsQueuedAsNeverDue() {
        migrate("4");
        jdbc.sql("create table deliveries_all partition of deliveries default").update();
        UUID suspended = endpoint(false);
        UUID held = held(suspended);
        held(endpoint(true)); // left over: nobody would release it
        migrate("latest");
        assertThat(jdbc.sql(
                                "select delivery_id from queue where endpoint_id = ? and number = 1 and due_at = 'infinity'")
                        .param(suspended)
                        .query(UUID.class)
                        .list())
                .containsExactly(held);
        assertThat(jdbc.sql("select count(*) from queue").query(Long.class).single())
                .isEqualTo(1);
        // so that a dispatcher of the older version, which looks for what is held elsewhere, takes nothing in any more
        assertThatThrownBy(() -> jdbc.sql("select position from progress for update")
                        .query(Long.class)
                        .single())
                .isInstanceOf(BadSqlGrammarException.class);
    }

    @Test
    void whatAPersonHasStoppedIsKnownWithoutItsReason() {
        migrate("5");
        jdbc.sql("create table deliveries_all partition of deliveries default").update();
        UUID endpoint = endpoint(true);
        for (String[] was : new String[][] {
            {"permanently_failed", "Canceled"},
            {"retried", "Canceled"},
            {"permanently_failed", "The replay was aborted"},
            {"permanently_failed", "HTTP 500"},
            {"retried", "The webhook was switched off"}
        }) {
            UUID id = held(endpoint);
            jdbc.sql("update deliveries set status = ?, error_message = ? where id = ?")
                    .params(was[0], was[1], id)
                    .update();
        }
        migrate("latest");
        assertThat(jdbc.sql("select status || ': ' || error_message from deliveries where stopped")
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder(
                        "permanently_failed: Canceled",
                        "retried: Canceled",
                        "permanently_failed: The replay was aborted");
    }

    @Test
    void attemptsAreShownWhicheverVersionRecordedThem() {
        migrate("9");
        for (String table : List.of("deliveries", "attempts"))
            jdbc.sql("create table %1$s_all partition of %1$s default".formatted(table))
                    .update();
        UUID endpoint = endpoint(true);
        UUID old = delivered(endpoint);
        attempt(old, 1, 500);
        attempt(old, 2, 200);
        UUID waiting = held(endpoint);
        migrate("latest");
        UUID recent = delivered(endpoint);
        attempt(recent, 1, 500);
        jdbc.sql("update deliveries set delivered_attempt_at = timestamptz '2026-01-01 00:00:02Z' where id = ?")
                .param(recent)
                .update();
        assertThat(attempts(old)).containsExactly("1: 500", "2: 200").isEqualTo(attempts(recent));
        assertThat(attempts(waiting)).isEmpty();
    }

    private UUID delivered(UUID endpoint) {
        UUID id = held(endpoint);
        jdbc.sql("update deliveries set status = 'success', http_status = 200, attempts_made = 2, duration_ms = 7"
                        + " where id = ?")
                .param(id)
                .update();
        return id;
    }

    private void attempt(UUID delivery, int number, int status) {
        jdbc.sql("insert into attempts (delivery_id, number, started_at, http_status, duration_ms)"
                        + " values (?, ?, timestamptz '2026-01-01Z' + ? * interval '1 second', ?, 7)")
                .params(delivery, number, number, status)
                .update();
    }

    private List<String> attempts(UUID delivery) {
        return new Deliveries(new JdbcTemplate(database), 1)
                .attempts(delivery).stream()
                        .map(one -> one.number() + ": " + one.httpStatus())
                        .toList();
    }

    private void migrate(String target) {
        Flyway.configure()
                .dataSource(database)
                .schemas("webhooks")
                .locations("classpath:io/tillstream/webhook/schema")
                .target(target)
                .load()
                .migrate();
    }

    private UUID endpoint(boolean active) {
        UUID id = UUID.randomUUID();
        jdbc.sql("insert into endpoints (id, mode, state, is_active, deleted, position, created_at)"
                        + " values (?, 'live', '{}', ?, false, 1, now())")
                .param(id)
                .param(active)
                .update();
        return id;
    }

    private UUID held(UUID endpoint) {
        UUID id = UUID.randomUUID();
        jdbc.sql(
                        "insert into deliveries (id, endpoint_id, mode, number, message_id, event, body, status, max_attempts, created_at)"
                                + " values (?, ?, 'live', 1, 'm', 'product.created', '{}', 'held', 5, now())")
                .param(id)
                .param(endpoint)
                .update();
        return id;
    }
}
