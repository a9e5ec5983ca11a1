package io.tillstream.webhook.delivery;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.Mode;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookEventName;
import io.tillstream.http.list.ListQuery;
import io.tillstream.store.EventFilter;
import io.tillstream.store.EventLog;
import io.tillstream.store.EventPages;
import io.tillstream.store.EventRun;
import io.tillstream.store.Horizon;
import io.tillstream.webhook.endpoint.Endpoints;
import io.tillstream.webhook.endpoint.Endpoints.Endpoint;
import io.tillstream.webhook.payload.Customization;
import io.tillstream.webhook.payload.Facts;
import io.tillstream.webhook.payload.PublicEvents;
import io.tillstream.webhook.payload.Told;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * History sent to an endpoint once more, also what is older than the endpoint. A replay is a row that says how far it is; each
 * transaction takes a run of events, stores their deliveries and moves the row on, so that any dispatcher may carry it on.
 */
final class Replays {
    private static final Logger log = LoggerFactory.getLogger(Replays.class);
    private static final int RUN = 200;

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Deliveries are stored no longer than this before they are due, so that an abort leaves little behind. */
    private static final Duration AHEAD = Duration.ofSeconds(5);

    /** More is stored when half of what was stored ahead of its time is due; but a replay is over when the last of it was due. */
    private static final String DUE = "status = 'running'"
            + " and next_due_at <= case when after_position < to_position then cast(:soon as timestamptz) else :now end";

    /** Where a replay is. */
    record Replay(
            UUID id,
            UUID endpointId,
            String mode,
            @Nullable Instant from,
            @Nullable Instant to,
            List<String> events,
            int rate,
            long afterPosition,
            long toPosition,
            long queued,
            Instant nextDueAt,
            String status,
            Instant createdAt,
            @Nullable Instant finishedAt) {
        boolean covers(Envelope envelope) {
            return (from == null || !envelope.time().isBefore(from))
                    && (to == null || envelope.time().isBefore(to));
        }

        boolean wants(Webhook webhook, Told told) {
            if (events.isEmpty()) return webhook.details().wants(told.name(), told.products());
            return events.stream().anyMatch(told.name()::meantBy)
                    && webhook.details().wants(told.products());
        }
    }

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Endpoints endpoints;
    private final Deliveries deliveries;
    private final Partitions partitions;
    private final EventLog events;
    private final EventPages pages;
    private final Horizon horizon;
    private final int maxAttempts;
    private final Clock clock;

    Replays(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            Endpoints endpoints,
            Deliveries deliveries,
            Partitions partitions,
            EventLog events,
            Horizon horizon,
            int maxAttempts,
            Clock clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.partitions = partitions;
        this.events = events;
        this.pages = new EventPages(events);
        this.horizon = horizon;
        this.maxAttempts = maxAttempts;
        this.clock = clock;
    }

    /** Begins one that ends where history ends at this moment. */
    Replay begin(
            Endpoint endpoint,
            @Nullable Instant from,
            @Nullable Instant to,
            List<String> names,
            int rate,
            Instant now) {
        UUID id = Ids.at(now);
        jdbc.sql("insert into replays (id, endpoint_id, mode, from_time, to_time, events, rate, to_position,"
                        + " next_due_at, status, created_at) values (:id, :endpoint, :mode, :from, :to, :events, :rate,"
                        + " :toPosition, :now, 'running', :now)")
                .param("id", id)
                .param("endpoint", endpoint.webhook().id())
                .param("mode", endpoint.mode().wire())
                .param("from", time(from))
                .param("to", time(to))
                .param("events", names.toArray(String[]::new))
                .param("rate", rate)
                .param("toPosition", events.highest())
                .param("now", time(now))
                .update();
        return find(id, endpoint.webhook().id(), endpoint.mode()).orElseThrow();
    }

    Optional<Replay> find(UUID id, UUID endpoint, Mode mode) {
        return jdbc.sql("select * from replays where id = :id and endpoint_id = :endpoint and mode = :mode")
                .param("id", id)
                .param("endpoint", endpoint)
                .param("mode", mode.wire())
                .query((rs, n) -> replay(rs))
                .optional();
    }

    /** Up to one more than the query's limit. */
    List<Replay> page(ListQuery query, UUID endpoint, Mode mode) {
        String compare = query.ascending() ? ">" : "<";
        String order = query.ascending() ? "asc" : "desc";
        return jdbc.sql("select * from replays where endpoint_id = :endpoint and mode = :mode"
                        + (query.cursor() == null ? "" : " and id " + compare + " :after")
                        + " order by id " + order + " limit :limit")
                .param("endpoint", endpoint)
                .param("mode", mode.wire())
                .param("after", query.cursor() == null ? null : query.cursor().id())
                .param("limit", query.limit() + 1)
                .query((rs, n) -> replay(rs))
                .list();
    }

    /** Ends one; what it has queued isn't sent. What was over stays as it ended. */
    void abort(UUID id, Instant now) {
        transaction.executeWithoutResult(status -> {
            jdbc.sql("update replays set status = 'aborted', finished_at = :now where id = :id and status = 'running'")
                    .param("id", id)
                    .param("now", time(now))
                    .update();
            deliveries.giveUpReplay(id, now);
        });
    }

    /** Carries one on that nobody else is at; whether there was anything to do. */
    boolean carryOn() throws InterruptedException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        if (!anyDue(now)) return false;
        partitions.make(now);
        // before the transaction: an open one holds the horizon
        long settled = horizon.awaitNow(PATIENCE);
        Boolean done = transaction.execute(status -> {
            // who is erased from here on is erased after these deliveries are there to be found
            deliveries.holdIntake();
            return carryOn(settled, now);
        });
        return Boolean.TRUE.equals(done);
    }

    private boolean carryOn(long settled, Instant now) {
        return jdbc.sql("select * from replays where " + DUE
                        // others go on while one waits for the horizon
                        + " and (after_position < :settled or to_position <= :settled)"
                        + " order by next_due_at, id limit 1 for update skip locked")
                .param("settled", settled)
                .param("now", time(now))
                .param("soon", time(now.plus(AHEAD.dividedBy(2))))
                .query((rs, n) -> replay(rs))
                .optional()
                .map(replay -> carryOn(replay, settled, now))
                .orElse(false);
    }

    private boolean anyDue(Instant now) {
        return jdbc.sql("select exists (select from replays where " + DUE + ")")
                .param("now", time(now))
                .param("soon", time(now.plus(AHEAD.dividedBy(2))))
                .query(Boolean.class)
                .single();
    }

    private boolean carryOn(Replay replay, long settled, Instant now) {
        Optional<Endpoint> endpoint = endpoints.find(replay.endpointId(), Mode.of(replay.mode()));
        if (endpoint.isEmpty() || !endpoint.get().webhook().isActive()) {
            finish(replay, "aborted", replay.toPosition(), replay.queued(), replay.nextDueAt(), now);
            return true;
        }
        long upTo = Math.min(replay.toPosition(), settled);
        EventRun run = pages.run(EventFilter.everything(), replay.afterPosition(), upTo, RUN);
        List<Envelope> opened = events.openEvenIfUnreadable(run.events());
        List<Envelope> covered = opened.stream()
                .filter(envelope -> replay.covers(envelope)
                        && envelope.metadata().mode().wire().equals(replay.mode())
                        && PublicEvents.concerns(envelope.event()))
                .toList();
        Facts facts = Facts.of(covered, opened, events);
        List<Delivery> made = new ArrayList<>();
        Instant due = replay.nextDueAt().isBefore(now) ? now : replay.nextDueAt();
        long reached = run.reached(upTo);
        for (Envelope envelope : covered) {
            Optional<Told> told = told(envelope, facts);
            if (told.isEmpty() || !replay.wants(endpoint.get().webhook(), told.get())) continue;
            if (due.isAfter(now.plus(AHEAD))) {
                reached = envelope.position() - 1;
                break;
            }
            made.add(delivery(replay, endpoint.get(), envelope, told.get(), due, now));
            due = due.plusNanos(1_000_000_000L / replay.rate());
        }
        deliveries.store(made);
        boolean over = reached >= replay.toPosition() && !due.isAfter(now);
        finish(replay, over ? "done" : "running", reached, replay.queued() + made.size(), due, now);
        return true;
    }

    private static Optional<Told> told(Envelope envelope, Facts facts) {
        try {
            return PublicEvents.of(envelope, facts);
        } catch (RuntimeException e) {
            log.error("{} at position {} can't be replayed", envelope.type(), envelope.position(), e);
            return Optional.empty();
        }
    }

    private void finish(Replay replay, String status, long reached, long queued, Instant nextDue, Instant now) {
        jdbc.sql("update replays set status = :status, after_position = :reached, queued = :queued,"
                        + " next_due_at = :nextDue, finished_at = :finished where id = :id")
                .param("status", status)
                .param("reached", reached)
                .param("queued", queued)
                .param("nextDue", time(nextDue))
                .param("finished", status.equals("running") ? null : time(now))
                .param("id", replay.id())
                .update();
    }

    private Delivery delivery(
            Replay replay, Endpoint endpoint, Envelope envelope, Told told, Instant due, Instant now) {
        String event = told.name().wire();
        return Delivery.unsent(
                Ids.at(now),
                replay.endpointId(),
                replay.mode(),
                null,
                envelope.id(),
                event,
                told.person(),
                Customization.body(
                                event,
                                told.at(),
                                told.data(),
                                endpoint.webhook().details())
                        .toString(),
                Status.PENDING,
                maxAttempts,
                due,
                now,
                replay.id());
    }

    /** The names that a replay may be limited to. */
    static boolean subscribable(String name) {
        return WebhookEventName.subscribable(name);
    }

    private static Replay replay(ResultSet rs) throws SQLException {
        Array names = rs.getArray("events");
        return new Replay(
                requireNonNull(rs.getObject("id", UUID.class)),
                requireNonNull(rs.getObject("endpoint_id", UUID.class)),
                requireNonNull(rs.getString("mode")),
                instant(rs, "from_time"),
                instant(rs, "to_time"),
                List.of((String[]) names.getArray()),
                rs.getInt("rate"),
                rs.getLong("after_position"),
                rs.getLong("to_position"),
                rs.getLong("queued"),
                requireNonNull(instant(rs, "next_due_at")),
                requireNonNull(rs.getString("status")),
                requireNonNull(instant(rs, "created_at")),
                instant(rs, "finished_at"));
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        Timestamp time = rs.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable Timestamp time(@Nullable Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }
}
