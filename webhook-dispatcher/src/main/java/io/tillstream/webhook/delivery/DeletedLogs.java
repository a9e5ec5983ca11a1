package io.tillstream.webhook.delivery;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
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

    /** Where the last step ended: PostgreSQL may have to look past all that is gone before it. A retry has its original's number. */
    private record Passed(UUID endpoint, long number) {}

    private record Found(UUID id, @Nullable Long number) {}

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private volatile Passed passed = new Passed(new UUID(0, 0), 0);

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
        long from = passed.endpoint().equals(endpoint) ? passed.number() : 0;
        if (from == 0 && removeQueued(endpoint) > 0) return true;
        // the deliveries first: an attempt that is being recorded has locked its own, and none is recorded without one
        List<Found> found = lockSome(endpoint, "number >= :from order by number", from);
        if (found.isEmpty()) found = lockSome(endpoint, "number is null", from);
        Long last = found.isEmpty() ? null : found.getLast().number();
        passed = new Passed(endpoint, found.isEmpty() ? 0 : last == null ? from : last);
        if (found.isEmpty()) return finish(endpoint);
        UUID[] ids = found.stream().map(Found::id).toArray(UUID[]::new);
        remove("deliveries", "id", ids);
        remove("attempts", "delivery_id", ids);
        return true;
    }

    private int removeQueued(UUID endpoint) {
        return jdbc.sql("delete from queue where delivery_id = any(array(select delivery_id from queue"
                        + " where endpoint_id = :endpoint limit :most for update skip locked))")
                .param("endpoint", endpoint)
                .param("most", STEP)
                .update();
    }

    /** By an index, so that they aren't looked for in all that others were delivered. */
    private List<Found> lockSome(UUID endpoint, String which, long from) {
        return jdbc.sql("select id, number from deliveries where endpoint_id = :endpoint and " + which
                        + " limit :most for update skip locked")
                .param("endpoint", endpoint)
                .param("from", from)
                .param("most", STEP)
                .query((rs, n) ->
                        new Found(requireNonNull(rs.getObject("id", UUID.class)), rs.getObject("number", Long.class)))
                .list();
    }

    private void remove(String table, String column, UUID[] deliveries) {
        jdbc.sql("delete from " + table + " where " + column + " = any(:ids)")
                .param("ids", deliveries)
                .update();
    }

    /** Unless there are rows that somebody else had locked: what was passed is looked for once more then. */
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
