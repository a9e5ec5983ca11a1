package io.tillstream.command.access;

import io.tillstream.command.access.AccessCommand.RecordAccessExpiry;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.events.Mode;
import io.tillstream.events.access.Access;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * When access is due, records that it expired. Due times are read without locks, in every instance: the command decides
 * again, so a second one yields no event. What clients read follows from the instant and waits for none of this.
 */
final class WhenAccessDueExpire implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WhenAccessDueExpire.class);
    private static final long EVERY_MS = 1_000;
    private static final int PAGE = 200;

    private record Due(UUID accessId, Mode mode, Instant at) {}

    private final JdbcClient jdbc;
    private final CommandSender commands;
    private final Clock clock;
    private final CountDownLatch closed = new CountDownLatch(1);

    WhenAccessDueExpire(JdbcClient jdbc, CommandSender commands, Clock clock) {
        this.jdbc = jdbc;
        this.commands = commands;
        this.clock = clock;
    }

    void start() {
        Thread.ofPlatform().name("WhenAccessDueExpire").daemon().start(this::sweepUntilClosed);
    }

    private void sweepUntilClosed() {
        try {
            while (!closed.await(EVERY_MS, TimeUnit.MILLISECONDS)) sweep();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Goes over everything that is due now, each once: one that can't be recorded doesn't hold back the others. */
    void sweep() {
        Instant now = clock.instant();
        try {
            Due last = new Due(new UUID(0, 0), Mode.LIVE, Instant.EPOCH);
            for (List<Due> page = after(last, now); !page.isEmpty(); page = after(last, now)) {
                for (Due due : page) {
                    if (closed.getCount() == 0) return;
                    expire(due);
                }
                last = page.getLast();
            }
        } catch (DataAccessException e) {
            log.warn("Due access can't be read: {}", e.getMessage());
        }
    }

    private void expire(Due due) {
        try {
            commands.sendAs(
                    WhenAccessDueExpire.class.getSimpleName(),
                    due.mode(),
                    new RecordAccessExpiry(due.accessId()),
                    Access.class);
        } catch (RuntimeException e) {
            log.error("The expiry of access {} can't be recorded; trying again", due.accessId(), e);
        }
    }

    private List<Due> after(Due last, Instant now) {
        return jdbc.sql("select aggregate_id, mode, due_at from due_times where aggregate_type = :type"
                        + " and due_at <= :now and (due_at, aggregate_id) > (:at, :id)"
                        + " order by due_at, aggregate_id limit :page")
                .param("type", Access.CONCEPT.name())
                .param("now", Timestamp.from(now))
                .param("at", Timestamp.from(last.at()))
                .param("id", last.accessId())
                .param("page", PAGE)
                .query((rs, n) -> new Due(
                        rs.getObject("aggregate_id", UUID.class),
                        Mode.of(rs.getString("mode")),
                        rs.getTimestamp("due_at").toInstant()))
                .list();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
