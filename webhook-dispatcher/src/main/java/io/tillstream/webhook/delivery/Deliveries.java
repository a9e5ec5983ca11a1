package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.Rows.COLUMNS;
import static io.tillstream.webhook.delivery.Rows.delivery;
import static io.tillstream.webhook.delivery.Rows.instant;
import static io.tillstream.webhook.delivery.Rows.integer;
import static io.tillstream.webhook.delivery.Rows.texts;
import static io.tillstream.webhook.delivery.Rows.time;
import static io.tillstream.webhook.delivery.Rows.times;
import static io.tillstream.webhook.delivery.Rows.uuids;
import static java.util.Objects.requireNonNull;

import io.tillstream.events.Mode;
import io.tillstream.http.list.ListQuery;
import io.tillstream.store.Statements;
import io.tillstream.webhook.delivery.DeliveryReportController.WebhookStatistics;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The log of deliveries, and the queue of those that are still to be sent. */
final class Deliveries {
    /** The log of a deleted webhook is removed some rows at a time, and not shown meanwhile. */
    private static final String SHOWN =
            "endpoint_id <> all(array(select id from endpoints where deleted and not log_removed))";

    private static final int BATCH = 200;
    private static final int BATCH_CHARACTERS = 2_000_000;

    /** A person has stopped it: it is no failure, and is sent again by itself only. */
    private static final String STOP =
            "stopped = true, status = 'permanently_failed', next_attempt_at = null, failed_at = :now";

    private final JdbcClient jdbc;
    private final JdbcTemplate batch;
    private final int maxAttempts;

    /**
     * All of them.
     *
     * @param maxAttempts of one that is started over
     */
    Deliveries(JdbcTemplate template, int maxAttempts) {
        this.jdbc = JdbcClient.create(template);
        this.batch = template;
        this.maxAttempts = maxAttempts;
    }

    // --- storing

    /**
     * Stores deliveries; those that are pending are queued, but for tests, which are attempted once and by whoever stores them.
     * Those that are held are queued as never due.
     */
    void store(List<Delivery> deliveries) {
        int from = 0;
        long characters = 0;
        for (int to = 1; to <= deliveries.size(); to++) {
            characters += deliveries.get(to - 1).body().length();
            if (to < deliveries.size() && !enough(to - from, characters)) continue;
            Statements statements = new Statements(batch);
            store(deliveries.subList(from, to), Map.of(), statements);
            statements.run();
            from = to;
            characters = 0;
        }
    }

    /** As the other, for one that keeps out of its endpoint's order: it is sent whatever is before it, and nothing waits for it. */
    void storeOutOfOrder(Delivery delivery) {
        store(List.of(delivery));
        jdbc.sql("update queue set number = null where delivery_id = :id")
                .param("id", delivery.id())
                .update();
    }

    /** Whether so many deliveries are sent to PostgreSQL by themselves, which takes some times as much memory as their bodies. */
    static boolean enough(int deliveries, long characters) {
        return deliveries >= BATCH || characters >= BATCH_CHARACTERS;
    }

    /**
     * As the other, together with other statements.
     *
     * @param leases of those that are claimed from the beginning, by delivery
     */
    void store(List<Delivery> deliveries, Map<UUID, Instant> leases, Statements statements) {
        if (deliveries.isEmpty()) return;
        statements.change(
                "insert into deliveries (id, endpoint_id, mode, number, message_id, event, person_id, body, status,"
                        + " attempt_count, attempts_made, max_attempts, next_attempt_at, created_at, replay_id)"
                        + " select id, endpoint_id, mode, number, message_id, event, person_id, body, status,"
                        + " 0, 0, max_attempts, next_attempt_at, created_at, replay_id"
                        + " from unnest(cast(? as uuid[]), cast(? as uuid[]), cast(? as text[]), cast(? as bigint[]),"
                        + " cast(? as text[]), cast(? as text[]), cast(? as uuid[]), cast(? as text[]), cast(? as text[]),"
                        + " cast(? as int[]), cast(? as timestamptz[]), cast(? as timestamptz[]), cast(? as uuid[]))"
                        + " as d (id, endpoint_id, mode, number, message_id, event, person_id, body, status, max_attempts,"
                        + " next_attempt_at, created_at, replay_id)",
                uuids(deliveries, Delivery::id),
                uuids(deliveries, Delivery::endpointId),
                texts(deliveries, Delivery::mode),
                numbers(deliveries),
                texts(deliveries, Delivery::messageId),
                texts(deliveries, Delivery::event),
                uuids(deliveries, Delivery::personId),
                texts(deliveries, Delivery::body),
                texts(deliveries, delivery -> delivery.status().wire()),
                deliveries.stream().map(Delivery::maxAttempts).toArray(Integer[]::new),
                times(deliveries, Delivery::nextAttemptAt),
                times(deliveries, Delivery::createdAt),
                uuids(deliveries, Delivery::replayId));
        List<Delivery> queued = deliveries.stream()
                .filter(delivery -> delivery.status() == Status.HELD || delivery.nextAttemptAt() != null)
                .toList();
        if (queued.isEmpty()) return;
        statements.change(
                "insert into queue (delivery_id, endpoint_id, number, due_at, lease_ends)"
                        + " select id, endpoint_id, number, coalesce(next_attempt_at, 'infinity'), lease_ends"
                        + " from unnest(cast(? as uuid[]), cast(? as uuid[]), cast(? as bigint[]), cast(? as timestamptz[]),"
                        + " cast(? as timestamptz[])) as q (id, endpoint_id, number, next_attempt_at, lease_ends)",
                uuids(queued, Delivery::id),
                uuids(queued, Delivery::endpointId),
                numbers(queued),
                times(queued, Delivery::nextAttemptAt),
                times(queued, delivery -> leases.get(delivery.id())));
    }

    private static @Nullable Long[] numbers(List<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::number).toArray(Long[]::new);
    }

    /** Queues what was held for an endpoint that is enabled again, in the order in which it happened. */
    void release(UUID endpoint, Instant now) {
        jdbc.sql("with held as (select delivery_id, row_number() over (order by number, delivery_id) as nth from queue"
                        + " where endpoint_id = :endpoint and due_at = 'infinity'),"
                        + " released as (update queue q set due_at = cast(:now as timestamptz) + nth * interval '1 microsecond'"
                        + " from held where q.delivery_id = held.delivery_id and q.due_at = 'infinity'"
                        + " returning q.delivery_id)"
                        + " update deliveries set status = 'pending', next_attempt_at = :now from released"
                        + " where id = delivery_id")
                .param("endpoint", endpoint)
                .param("now", time(now))
                .update();
    }

    /** Holds what waits for an endpoint that is sent nothing more for now. */
    void hold(UUID endpoint) {
        jdbc.sql(
                        "with waiting as (update queue set due_at = 'infinity', lease_ends = null where endpoint_id = :endpoint"
                                + " returning delivery_id)"
                                + " update deliveries set status = 'held', next_attempt_at = null from waiting"
                                + " where id = delivery_id")
                .param("endpoint", endpoint)
                .update();
    }

    /** Gives up what waits for an endpoint that was switched off, or is held for it. */
    void giveUp(UUID endpoint, Instant now) {
        jdbc.sql(
                        "with waiting as (delete from queue where endpoint_id = :endpoint returning delivery_id)"
                                + " update deliveries set status = 'permanently_failed', next_attempt_at = null,"
                                + " failed_at = :now, http_status = 0, error_message = :reason from waiting where id = delivery_id")
                .param("endpoint", endpoint)
                .param("reason", "The webhook was switched off")
                .param("now", time(now))
                .update();
    }

    /** Gives up what a replay has made and what isn't sent yet, or is held. */
    void giveUpReplay(UUID replay, Instant now) {
        jdbc.sql("with waiting as (delete from queue q using deliveries d where d.id = q.delivery_id"
                        + " and d.replay_id = :replay returning q.delivery_id)"
                        + " update deliveries set " + STOP + ", error_message = 'The replay was aborted' from waiting"
                        + " where id = delivery_id")
                .param("replay", replay)
                .param("now", time(now))
                .update();
    }

    /** The bodies that have a person's data. */
    List<Delivery> about(UUID person) {
        return jdbc.sql(COLUMNS + " where d.person_id = :person")
                .param("person", person)
                .query((rs, n) -> delivery(rs))
                .list();
    }

    /** Replaces a body by what remains of it, and forgets what the receiver answered. */
    void redact(UUID id, String body) {
        jdbc.sql("update deliveries set body = :body, response_body = null, person_id = null where id = :id")
                .param("body", body)
                .param("id", id)
                .update();
        jdbc.sql("update attempts set response_body = null where delivery_id = :id")
                .param("id", id)
                .update();
    }

    /** Nothing is taken in before the transaction ends: no change of an endpoint, and no erasure, that it couldn't know of. */
    void holdIntake() {
        jdbc.sql("select position from taken_in for share").query(Long.class).single();
    }

    // --- how receivers do

    /** A fresh start for an endpoint that is enabled again, or leads elsewhere. */
    void forgive(UUID endpoint) {
        jdbc.sql("update health set unavailable = 0, failing_since = null, paused_until = null, wished_at = null"
                        + " where endpoint_id = :endpoint")
                .param("endpoint", endpoint)
                .update();
    }

    /** Has the endpoint of a delivery tried at once, one at a time until one is taken; what is under way says nothing new then either. */
    private void endPause(UUID delivery, Instant now) {
        jdbc.sql("update health set paused_until = :now where paused_until > :now"
                        + " and endpoint_id = (select endpoint_id from deliveries where id = :delivery)")
                .param("delivery", delivery)
                .param("now", time(now))
                .update();
    }

    // --- reading

    Optional<Delivery> find(UUID id, Mode mode) {
        return find(id, mode, "");
    }

    /** Nobody else changes it before the transaction ends. */
    Optional<Delivery> findForUpdate(UUID id, Mode mode) {
        return find(id, mode, " for update");
    }

    private Optional<Delivery> find(UUID id, Mode mode, String lock) {
        return jdbc.sql(COLUMNS + " where d.id = :id and d.mode = :mode and d." + SHOWN + lock)
                .param("id", id)
                .param("mode", mode.wire())
                .query((rs, n) -> delivery(rs))
                .optional();
    }

    List<Delivery> page(
            ListQuery query,
            Mode mode,
            @Nullable UUID endpoint,
            @Nullable UUID replay,
            Collection<String> statuses,
            @Nullable String event) {
        String compare = query.ascending() ? ">" : "<";
        String order = query.ascending() ? "asc" : "desc";
        return jdbc.sql(COLUMNS + " where d.mode = :mode and d." + SHOWN
                        + (endpoint == null ? "" : " and d.endpoint_id = :endpoint")
                        + (replay == null ? "" : " and d.replay_id = :replay")
                        + (statuses.isEmpty() ? "" : " and d.status = any(:statuses)")
                        + (event == null ? "" : " and d.event = :event")
                        + (query.cursor() == null ? "" : " and d.id " + compare + " :after")
                        + " order by d.id " + order + " limit :limit")
                .param("mode", mode.wire())
                .param("endpoint", endpoint)
                .param("replay", replay)
                .param("statuses", statuses.toArray(String[]::new))
                .param("event", event)
                .param("after", query.cursor() == null ? null : query.cursor().id())
                .param("limit", query.limit() + 1)
                .query((rs, n) -> delivery(rs))
                .list();
    }

    /** A line of the log of attempts. */
    record Attempt(
            int number,
            Instant startedAt,
            @Nullable Integer httpStatus,
            @Nullable String errorMessage,
            @Nullable String responseBody,
            long durationMs) {}

    List<Attempt> attempts(UUID delivery) {
        // two dispatchers may have begun the same one
        return jdbc.sql(
                        "select row_number() over (order by started_at, number) as number, started_at, http_status,"
                                + " error_message, response_body, duration_ms from all_attempts where delivery_id = :id order by 1")
                .param("id", delivery)
                .query((rs, n) -> new Attempt(
                        rs.getInt("number"),
                        requireNonNull(instant(rs, "started_at")),
                        integer(rs, "http_status"),
                        rs.getString("error_message"),
                        rs.getString("response_body"),
                        rs.getLong("duration_ms")))
                .list();
    }

    /** An endpoint's deliveries after a number, in order; one that was sent again by another counts once. */
    List<Delivery> after(UUID endpoint, long number, int most) {
        return jdbc.sql(COLUMNS.replace("select ", "select distinct on (d.number) ")
                        + " where d.endpoint_id = :endpoint and d.number > :number order by d.number, d.id desc"
                        + " limit :most")
                .param("endpoint", endpoint)
                .param("number", number)
                .param("most", most)
                .query((rs, n) -> delivery(rs))
                .list();
    }

    /** How an endpoint did since an instant, and how it does. */
    WebhookStatistics statistics(UUID endpoint, Instant since) {
        return jdbc.sql("select count(*) filter (where status = 'success') as delivered,"
                        + " count(*) filter (where status in ('permanently_failed', 'retried')"
                        + " and not stopped) as failed,"
                        + " percentile_disc(0.5) within group (order by duration_ms) as p50,"
                        + " percentile_disc(0.99) within group (order by duration_ms) as p99,"
                        + " (select count(*) from queue where endpoint_id = :endpoint and due_at < 'infinity') as waiting,"
                        + " (select count(*) from queue where endpoint_id = :endpoint and due_at = 'infinity') as held,"
                        + " (select min(w.created_at) from queue q join deliveries w on w.id = q.delivery_id"
                        + " where q.endpoint_id = :endpoint and q.due_at < 'infinity') as oldest,"
                        + " (select last_success_at from health where endpoint_id = :endpoint) as last_success_at,"
                        + " (select failing_since from health where endpoint_id = :endpoint) as failing_since,"
                        + " (select paused_until from health where endpoint_id = :endpoint) as paused_until"
                        + " from deliveries where endpoint_id = :endpoint and id >= :since")
                .param("endpoint", endpoint)
                .param("since", Ids.first(since))
                .query((rs, n) -> {
                    long delivered = rs.getLong("delivered");
                    long failed = rs.getLong("failed");
                    return new WebhookStatistics(
                            delivered,
                            failed,
                            rate(delivered, delivered + failed),
                            rs.getObject("p50", Long.class),
                            rs.getObject("p99", Long.class),
                            rs.getLong("waiting"),
                            rs.getLong("held"),
                            instant(rs, "oldest"),
                            instant(rs, "last_success_at"),
                            instant(rs, "failing_since"),
                            instant(rs, "paused_until"));
                })
                .single();
    }

    private static @Nullable BigDecimal rate(long delivered, long settled) {
        return settled == 0
                ? null
                : BigDecimal.valueOf(delivered).divide(BigDecimal.valueOf(settled), 4, RoundingMode.HALF_UP);
    }

    /** What waits to be sent to endpoints that are sent to. */
    Standing.Waiting waiting(Instant now) {
        return jdbc.sql("select count(*) as deliveries, min(due_at) filter (where " + DeliveryQueue.FREE
                        + ") as oldest,"
                        + " (select count(*) from health h join endpoints e on e.id = h.endpoint_id where h.paused_until > :now"
                        + " and e.is_active and not e.deleted) as circuits from queue where due_at < 'infinity' and "
                        + SHOWN)
                .param("now", time(now))
                .query((rs, n) ->
                        new Standing.Waiting(rs.getLong("deliveries"), instant(rs, "oldest"), rs.getLong("circuits")))
                .single();
    }

    // --- what a person does with one; each answers whether it was in a state for it

    boolean move(UUID id, Collection<Status> from, Status to, Instant now) {
        lockInQueue(id);
        int moved = jdbc.sql("update deliveries set status = :to, next_attempt_at = null, failed_at = case when :failed"
                        + " then coalesce(failed_at, :now) else failed_at end where id = :id and status = any(:from)")
                .param("to", to.wire())
                .param("failed", to == Status.PERMANENTLY_FAILED)
                .param("now", time(now))
                .param("id", id)
                .param("from", from.stream().map(Status::wire).toArray(String[]::new))
                .update();
        if (moved > 0) unqueue(id);
        return moved > 0;
    }

    boolean cancel(UUID id, Instant now) {
        lockInQueue(id);
        int canceled = jdbc.sql("update deliveries set " + STOP + ", error_message = 'Canceled'"
                        + " where id = :id and status in ('pending', 'pending_retry', 'held')")
                .param("id", id)
                .param("now", time(now))
                .update();
        if (canceled > 0) unqueue(id);
        return canceled > 0;
    }

    /** In a statement of its own, which sees what was queued while the one before it waited. */
    private void unqueue(UUID id) {
        jdbc.sql("delete from queue where delivery_id = :id").param("id", id).update();
    }

    /** As whoever records does: the other way round they would wait for each other. */
    private void lockInQueue(UUID id) {
        jdbc.sql("select delivery_id from queue where delivery_id = :id for update")
                .param("id", id)
                .query(UUID.class)
                .optional();
    }

    /** A test keeps its one attempt. */
    private static final String STARTED_OVER = ", attempt_count = 0, max_attempts ="
            + " case when number is null and replay_id is null then max_attempts else :attempts end,"
            + " failed_at = null, stopped = false";

    /** Starts over what was given up: all attempts again, the first at once, or when its endpoint is enabled again. */
    boolean replay(UUID id, boolean suspended, Instant now) {
        if (!suspended) return requeue(id, Status.PERMANENTLY_FAILED, STARTED_OVER, now);
        return jdbc.sql("with moved as (update deliveries set status = 'held', next_attempt_at = null" + STARTED_OVER
                                + " where id = :id and status = 'permanently_failed'"
                                + " returning id, endpoint_id, number)"
                                + " insert into queue (delivery_id, endpoint_id, number, due_at)"
                                + " select id, endpoint_id, number, 'infinity' from moved")
                        .param("id", id)
                        .param("attempts", maxAttempts)
                        .update()
                > 0;
    }

    /** Which deliveries are meant: those that fit all that isn't null. */
    record Filter(
            Mode mode,
            @Nullable UUID endpoint,
            @Nullable String event,
            @Nullable Instant from,
            @Nullable Instant to) {}

    /** Starts all over that were given up and fit, of endpoints that are sent to or suspended; answers how many. */
    int replayAll(Filter filter, Collection<UUID> active, Collection<UUID> suspended, Instant now) {
        return startOver(filter, active, Status.PENDING_RETRY, now) + startOver(filter, suspended, Status.HELD, null);
    }

    /** Tests stay as they are, and what a person has stopped. */
    private int startOver(Filter filter, Collection<UUID> endpoints, Status status, @Nullable Instant due) {
        String where = "mode = :mode and status = 'permanently_failed' and endpoint_id = any(:endpoints)"
                + " and (number is not null or replay_id is not null) and not stopped"
                + (filter.endpoint() == null ? "" : " and endpoint_id = :endpoint")
                + (filter.event() == null ? "" : " and event = :event")
                + (filter.from() == null ? "" : " and id >= :from")
                + (filter.to() == null ? "" : " and id < :to");
        return jdbc.sql("with moved as (update deliveries set status = :status, next_attempt_at = :due" + STARTED_OVER
                        + " where " + where + " returning id, endpoint_id, number)"
                        + " insert into queue (delivery_id, endpoint_id, number, due_at)"
                        + " select id, endpoint_id, number, coalesce(cast(:due as timestamptz), 'infinity') from moved")
                .param("status", status.wire())
                .param("due", time(due), Types.TIMESTAMP)
                .param("attempts", maxAttempts)
                .param("mode", filter.mode().wire())
                .param("endpoints", endpoints.toArray(UUID[]::new))
                .param("endpoint", filter.endpoint())
                .param("event", filter.event())
                .param("from", filter.from() == null ? null : Ids.first(filter.from()))
                .param("to", filter.to() == null ? null : Ids.first(filter.to()))
                .update();
    }

    /** The next attempt at once, also where nothing would be sent for a while. */
    boolean hurry(UUID id, Instant now) {
        boolean waits = requeue(id, Status.PENDING_RETRY, "", now);
        if (waits) endPause(id, now);
        return waits;
    }

    private boolean requeue(UUID id, Status from, String more, Instant now) {
        lockInQueue(id);
        return jdbc.sql("with moved as (update deliveries set status = 'pending_retry', next_attempt_at = :now" + more
                                + " where id = :id and status = :from returning id, endpoint_id, number)"
                                + " insert into queue (delivery_id, endpoint_id, number, due_at)"
                                // before all that is due: where one is tried at a time, it is the one
                                + " select id, endpoint_id, number, least(cast(:now as timestamptz), (select min(due_at)"
                                + " from queue q where q.endpoint_id = moved.endpoint_id) - interval '1 millisecond') from moved"
                                + " on conflict (delivery_id) do update set due_at = excluded.due_at"
                                + " where coalesce(queue.lease_ends, '-infinity') <= :now")
                        .param("id", id)
                        .param("from", from.wire())
                        .param("attempts", maxAttempts)
                        .param("now", time(now))
                        .update()
                > 0;
    }
}
