package io.tillstream.webhook.delivery;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The logs of deleted webhooks, of which nothing is sent or shown any more. Any dispatcher removes them, a step at a time: what a
 * step locks is somebody's for some milliseconds only, and it waits for no lock itself. The horizon waits for whatever has a
 * transaction id, and to look for rows may take long, past those that are gone: so a step locks nothing until it has found some.
 */
final class DeletedLogs {
    private static final Logger log = LoggerFactory.getLogger(DeletedLogs.class);

    /** Rows of the queue, or of the log, that a step removes. */
    static final int STEP = 1_000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    DeletedLogs(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /** Makes a step; answers whether it was one. */
    boolean removeSome() {
        return Boolean.TRUE.equals(transaction.execute(
                status -> isOnlyOne() && next().map(this::removeSome).orElse(false)));
    }

    /** By a lock that needs no transaction id, unlike a row's. */
    private boolean isOnlyOne() {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('remove logs of deleted webhooks', 0))")
                .query(Boolean.class)
                .single();
    }

    private Optional<UUID> next() {
        return jdbc.sql("select id from endpoints where deleted and not log_removed limit 1")
                .query(UUID.class)
                .optional();
    }

    private boolean removeSome(UUID endpoint) {
        if (removeQueued(endpoint) > 0) return true;
        // the deliveries first: an attempt that is being recorded has locked its own, and none is recorded without one
        List<UUID> deliveries = lockSome(endpoint);
        if (deliveries.isEmpty()) return finish(endpoint);
        remove("deliveries", "id", deliveries);
        remove("attempts", "delivery_id", deliveries);
        return true;
    }

    private int removeQueued(UUID endpoint) {
        return jdbc.sql("delete from queue where delivery_id = any(array(select delivery_id from queue"
                        + " where endpoint_id = :endpoint limit :most for update skip locked))")
                .param("endpoint", endpoint)
                .param("most", STEP)
                .update();
    }

    /** In an index's order, so that it isn't looked for in all that others were delivered. */
    private List<UUID> lockSome(UUID endpoint) {
        return List.copyOf(
                jdbc.sql("select id from deliveries where endpoint_id = :endpoint order by number limit :most"
                                + " for update skip locked")
                        .param("endpoint", endpoint)
                        .param("most", STEP)
                        .query(UUID.class)
                        .list());
    }

    private void remove(String table, String column, List<UUID> deliveries) {
        jdbc.sql("delete from " + table + " where " + column + " = any(:ids)")
                .param("ids", deliveries.toArray(UUID[]::new))
                .update();
    }

    /** Unless there are rows that somebody else has locked. */
    private boolean finish(UUID endpoint) {
        Optional<UUID> finished = jdbc.sql("update endpoints set log_removed = true where id = :endpoint"
                        + " and not exists (select from queue where endpoint_id = :endpoint)"
                        + " and not exists (select from deliveries where endpoint_id = :endpoint) returning id")
                .param("endpoint", endpoint)
                .query(UUID.class)
                .optional();
        if (finished.isEmpty()) return false;
        jdbc.sql("delete from replays where endpoint_id = :endpoint")
                .param("endpoint", endpoint)
                .update();
        log.info("Removed the log of the deleted webhook {}", endpoint);
        return true;
    }
}
