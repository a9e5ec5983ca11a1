package io.tillstream.webhook.delivery;

import static java.util.Comparator.naturalOrder;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

import io.tillstream.events.Mode;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.http.list.ListQuery;
import io.tillstream.store.Statements;
import io.tillstream.webhook.delivery.DeliveryReportController.WebhookStatistics;
import io.tillstream.webhook.endpoint.Endpoints;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.ConcurrentLruCache;

/** The log of deliveries, and the queue of those that are still to be sent. */
final class Deliveries {
    private static final String COLUMNS =
            "select d.id, d.endpoint_id, d.mode, d.number, d.message_id, d.event, d.person_id, d.body, d.status,"
                    + " d.attempt_count, d.attempts_made, d.max_attempts, d.next_attempt_at, d.http_status,"
                    + " d.error_message, d.response_body, d.duration_ms, d.failed_at, d.created_at, d.replay_id"
                    + " from deliveries d";

    /** Due, and nobody's. */
    private static final String FREE = "due_at <= :now and coalesce(lease_ends, '-infinity') <= :now";

    /** Of what waits or is leased; the order names the index, also to a plan from when the queue was empty. */
    private static String lowestNumber(String endpoint) {
        return "(select number from queue where endpoint_id = " + endpoint + " and number is not null"
                + " and due_at < 'infinity' order by number limit 1)";
    }

    /** More than what was given back may come before what is leased, of which a claim then doesn't know. */
    private static final int LOOKED_BEYOND = 16;

    /** The log of a deleted webhook is removed some rows at a time, and not shown meanwhile. */
    private static final String SHOWN =
            "endpoint_id <> all(array(select id from endpoints where deleted and not log_removed))";

    private static final String CLAIM = "with able as materialized ("
            + " select id, strict_order, numbered, greatest(least(slots, most - case"
            // what is leased was the longest due, or of a strict order the lowest number and the first ones without one
            + " when strict_order then (select count(*) from queue where endpoint_id = id and number = "
            + lowestNumber("id") + " and lease_ends > :now)"
            + " + (select count(*) from (select lease_ends from queue where endpoint_id = id and number is null"
            + " and due_at <= :now order by number, due_at limit most + " + LOOKED_BEYOND
            + ") first where lease_ends > :now)"
            + " else (select count(*) from (select lease_ends from queue where endpoint_id = id and due_at <= :now"
            + " order by due_at, number limit most + " + LOOKED_BEYOND
            + ") first where lease_ends > :now) end), 0) as room"
            + " from (select e.id, e.strict_order, p.slots,"
            + " case when h.unavailable >= :patience then 1 when e.strict_order or p.id is not null then :perEndpoint"
            + " else :perEndpoint + coalesce(a.ahead, 0) end as most,"
            + " e.strict_order and exists (select from queue q where q.endpoint_id = e.id and " + FREE
            + " and q.number = " + lowestNumber("e.id") + ") as numbered"
            + " from endpoints e join health h on h.endpoint_id = e.id"
            + " left join unnest(cast(:paced as uuid[]), cast(:slots as int[])) as p (id, slots) on p.id = e.id"
            + " left join unnest(cast(:busy as uuid[]), cast(:ahead as int[])) as a (id, ahead) on a.id = e.id"
            + " where e.is_active and not e.deleted and (e.spacing_us is null or p.id is not null)"
            + " and (h.paused_until is null or h.paused_until <= :now)"
            + " and (select true from queue q where q.endpoint_id = e.id and " + FREE
            + " order by q.due_at limit 1)) e),"
            + " due as (select q.delivery_id, q.due_at from able cross join lateral"
            + " (select delivery_id, due_at from queue where not able.strict_order and endpoint_id = able.id and "
            + FREE
            + " order by due_at, number limit able.room for update skip locked) q"
            // what has the lowest number isn't free while it is under way or waits for its next attempt
            + " union all select q.delivery_id, q.due_at from able cross join lateral"
            + " (select delivery_id, due_at from queue where able.strict_order and endpoint_id = able.id and " + FREE
            + " and number = " + lowestNumber("able.id")
            + " limit least(able.room, 1) for update skip locked) q"
            + " union all select q.delivery_id, q.due_at from able cross join lateral"
            + " (select delivery_id, due_at from queue where able.strict_order and endpoint_id = able.id and " + FREE
            + " and number is null order by number, due_at"
            + " limit greatest(able.room - (case when able.numbered then 1 else 0 end), 0) for update skip locked) q),"
            + " chosen as (select delivery_id from due order by due_at, delivery_id limit :most),"
            // each by its key: as a join, PostgreSQL may read all that waits and all that was ever delivered
            + " claimed as (update queue q set lease_ends = :leaseEnd"
            + " where q.delivery_id = any(array(select delivery_id from chosen)) returning q.delivery_id)"
            + " select d.* from claimed cross join lateral (" + COLUMNS
            + " where d.id = claimed.delivery_id limit 1) d order by d.number, d.id";

    /** What was delivered stays so, and says who did. */
    private static final String OPEN = "d.delivered_attempt_at is null";

    private static final String DECIDES = "(a.decides and " + OPEN + ")";

    /** Whether an attempt says something of its delivery, which somebody else may have decided on or send again meanwhile. */
    private static final String COUNTS =
            "((a.decides or d.status not in ('pending', 'pending_retry', 'success')) and " + OPEN + ")";

    private static final String DELIVERS = "(a.decides and a.status = 'success')";

    /** An erasure may have gone over the delivery meanwhile. */
    private static final String ANSWER = "case when d.person_id is not distinct from a.person then a.response end";

    /** Each by its key, in the partitions between the least and the greatest. */
    private static final String THESE = "d.id = a.id and d.id = any(cast(? as uuid[])) and d.id between ? and ?";

    private static final String RECORD = "with told as (update deliveries d set "
            + ifItCounts("attempt_count", "d.attempt_count + 1")
            + ifItCounts("attempts_made", "d.attempts_made + 1")
            + ifItCounts("http_status", "a.http_status")
            + ifItCounts("duration_ms", "a.duration")
            // why it was stopped stays, also when it was under way
            + ifItCounts(
                    "error_message",
                    "case when a.decides or d.error_message is null then a.error else d.error_message end")
            + ifItCounts("response_body", ANSWER)
            + " status = case when " + DECIDES + " and d.status <> 'archived' then a.status else d.status end,"
            + " next_attempt_at = case when " + DECIDES + " then a.next_at else d.next_attempt_at end,"
            + " failed_at = case when " + DECIDES + " then a.failed_at else d.failed_at end,"
            + " delivered_attempt_at = case when " + OPEN + " and " + DELIVERS
            + " then a.started_at else d.delivered_attempt_at end"
            + " from unnest(cast(? as uuid[]), cast(? as uuid[]), cast(? as int[]), cast(? as text[]),"
            + " cast(? as bigint[]), cast(? as timestamptz[]), cast(? as int[]), cast(? as text[]), cast(? as boolean[]),"
            + " cast(? as text[]), cast(? as timestamptz[]), cast(? as timestamptz[])) as a (id, person, http_status,"
            + " response, duration, started_at, number, error, decides, status, next_at, failed_at) where " + THESE
            + " returning d.id, a.number, a.started_at, a.http_status, a.error, " + ANSWER + " as response, a.duration,"
            // the delivery itself says all of it then
            + " (" + DELIVERS + " and d.delivered_attempt_at = a.started_at) as delivered)"
            + " insert into attempts (delivery_id, number, started_at, http_status, error_message, response_body,"
            + " duration_ms) select id, number, started_at, http_status, error, response, duration from told"
            + " where not delivered on conflict do nothing";

    /** What {@link #RECORD} does with the first success of a delivery: most batches are of these, and beginning the other costs as much as six. */
    private static final String RECORD_DELIVERED = "update deliveries d set attempt_count = d.attempt_count + 1,"
            + " attempts_made = d.attempts_made + 1, http_status = a.http_status, duration_ms = a.duration,"
            + " error_message = null, response_body = " + ANSWER + ","
            + " status = case when d.status = 'archived' then d.status else 'success' end,"
            + " next_attempt_at = null, failed_at = null, delivered_attempt_at = a.started_at"
            + " from unnest(cast(? as uuid[]), cast(? as uuid[]), cast(? as int[]), cast(? as text[]),"
            + " cast(? as bigint[]), cast(? as timestamptz[])) as a (id, person, http_status, response, duration, started_at)"
            + " where " + THESE + " and " + OPEN;

    private static final String HEALTH_LOCKED =
            "select endpoint_id from health where endpoint_id = any(cast(? as uuid[])) order by endpoint_id for update";

    /** Where it is news. */
    private static final String HEALTHY =
            "update health set unavailable = 0, failing_since = null, paused_until = null, last_success_at = ?"
                    + " where endpoint_id = any(array(select endpoint_id from health where endpoint_id = any(cast(? as uuid[]))"
                    + " and (unavailable > 0 or failing_since is not null or paused_until is not null or last_success_at is null"
                    + " or last_success_at < cast(? as timestamptz) - interval '1 second') order by endpoint_id for update))";

    private static String ifItCounts(String column, String value) {
        return column + " = case when " + COUNTS + " then " + value + " else d." + column + " end, ";
    }

    private static final int BATCH = 200;
    private static final int BATCH_CHARACTERS = 2_000_000;

    /** A person has stopped it: it is no failure, and is sent again by itself only. */
    private static final String STOP =
            "stopped = true, status = 'permanently_failed', next_attempt_at = null, failed_at = :now";

    /** Nobody else has claimed it, or holds it, since an attempt was begun. */
    private static final String STILL_CLAIMED =
            "q.lease_ends is not distinct from a.lease_ends and q.due_at < 'infinity'";

    private final JdbcClient jdbc;
    private final JdbcTemplate batch;
    private final ConcurrentLruCache<String, Webhook> states = new ConcurrentLruCache<>(1_000, Endpoints::state);

    Deliveries(JdbcTemplate template) {
        this.jdbc = JdbcClient.create(template);
        this.batch = template;
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

    // --- sending

    /** A delivery that is this instance's to send until the lease ends, and its endpoint as it was then. */
    record Claimed(Delivery delivery, Instant leasedUntil, Webhook webhook) {}

    /**
     * Claims what is due, the longest due first, of endpoints that may be sent to. One whose receiver is unavailable is tried
     * with one delivery at a time, one with a strict order with the lowest number that waits, and one with a rate when it is
     * time. Whatever waits, this reads as many rows as it may claim.
     *
     * @param ahead how many more than {@code perEndpoint} may be leased of an endpoint that has neither a rate nor a strict order
     */
    List<Claimed> claim(
            int most, int perEndpoint, Map<UUID, Integer> ahead, int patience, Instant now, Instant leaseEnd) {
        Map<UUID, Slots> paced = slots(now);
        List<UUID> busy = List.copyOf(ahead.keySet());
        List<UUID> pacedIds = List.copyOf(paced.keySet());
        List<Delivery> deliveries = jdbc.sql(CLAIM)
                .param("patience", patience)
                .param("perEndpoint", perEndpoint)
                .param("most", most)
                .param("now", time(now))
                .param("leaseEnd", time(leaseEnd))
                .param("paced", pacedIds.toArray(UUID[]::new))
                .param(
                        "slots",
                        pacedIds.stream().map(id -> slots(paced, id).free()).toArray(Integer[]::new))
                .param("busy", busy.toArray(UUID[]::new))
                .param("ahead", busy.stream().map(ahead::get).toArray(Integer[]::new))
                .query((rs, n) -> delivery(rs))
                .list();
        spend(paced, deliveries);
        Map<UUID, Webhook> webhooks =
                webhooks(deliveries.stream().map(Delivery::endpointId).collect(toSet()));
        return deliveries.stream()
                .map(one -> new Claimed(one, leaseEnd, requireNonNull(webhooks.get(one.endpointId()))))
                .toList();
    }

    private Map<UUID, Webhook> webhooks(Collection<UUID> ids) {
        if (ids.isEmpty()) return Map.of();
        Map<UUID, Webhook> found = new HashMap<>();
        jdbc.sql("select id, state from endpoints where id = any(:ids)")
                .param("ids", ids.toArray(UUID[]::new))
                .query(rs -> {
                    found.put(
                            requireNonNull(rs.getObject("id", UUID.class)),
                            states.get(requireNonNull(rs.getString("state"))));
                });
        return found;
    }

    /** Those of these endpoints that have something due. */
    Set<UUID> due(Collection<UUID> endpoints, Instant now) {
        return Set.copyOf(jdbc.sql("select id from unnest(cast(:ids as uuid[])) as e (id) where"
                        + " (select true from queue q where q.endpoint_id = e.id and " + FREE
                        + " order by q.due_at limit 1)")
                .param("ids", endpoints.toArray(UUID[]::new))
                .param("now", time(now))
                .query(UUID.class)
                .list());
    }

    /** Ends leases under which nothing was attempted, where they weren't ended yet. */
    void giveBack(List<Claimed> claimed) {
        batch.batchUpdate(
                "update queue set lease_ends = null where delivery_id = ? and lease_ends = ?",
                claimed,
                claimed.size(),
                (statement, one) -> {
                    statement.setObject(1, one.delivery().id());
                    statement.setTimestamp(2, time(one.leasedUntil()));
                });
    }

    /** Of the endpoints with a rate that are due something. Their rows stay locked, so another dispatcher passes them by. */
    private Map<UUID, Slots> slots(Instant now) {
        Map<UUID, Slots> slots = new HashMap<>();
        jdbc.sql("select e.id, e.spacing_us, h.next_slot_at from endpoints e join health h on h.endpoint_id = e.id"
                        + " where e.spacing_us is not null and e.is_active and not e.deleted and"
                        + " (select true from queue q where q.endpoint_id = e.id and " + FREE
                        + " order by q.due_at limit 1) for update of h skip locked")
                .param("now", time(now))
                .query(rs -> {
                    slots.put(
                            requireNonNull(rs.getObject("id", UUID.class)),
                            Slots.at(
                                    now,
                                    instant(rs, "next_slot_at"),
                                    Duration.ofNanos(rs.getLong("spacing_us") * 1_000)));
                });
        return slots;
    }

    private static Slots slots(Map<UUID, Slots> paced, UUID endpoint) {
        return requireNonNull(paced.get(endpoint));
    }

    private void spend(Map<UUID, Slots> paced, List<Delivery> claimed) {
        paced.forEach((endpoint, slots) -> {
            long spent = claimed.stream()
                    .filter(one -> one.endpointId().equals(endpoint))
                    .count();
            if (spent > 0)
                jdbc.sql("update health set next_slot_at = :next where endpoint_id = :endpoint")
                        .param("next", time(slots.after(spent)))
                        .param("endpoint", endpoint)
                        .update();
        });
    }

    /**
     * What became of an attempt.
     *
     * @param leasedUntil names the claim that it was made under; null where it was made by hand
     */
    record Attempted(
            Delivery delivery,
            @Nullable Instant leasedUntil,
            Exchange exchange,
            Outcome outcome,
            Instant startedAt,
            long durationMs) {
        int number() {
            return delivery.attemptCount() + 1;
        }

        /** Whether it is attempted once, by whoever stored it. */
        boolean test() {
            return delivery.nextAttemptAt() == null;
        }

        /** With nothing of what was answered. */
        Attempted withoutAnswer() {
            return new Attempted(
                    delivery,
                    leasedUntil,
                    new Exchange.NotSent("What was answered can't be stored"),
                    outcome,
                    startedAt,
                    durationMs);
        }

        boolean delivered() {
            return outcome instanceof Outcome.Delivered;
        }
    }

    /**
     * Records attempts, of which no two are of one delivery, with all that follows from them for it. What a receiver has accepted is
     * delivered, whoever sent it; a failure says nothing where somebody else has decided meanwhile, or sends under a later lease.
     * What an erasure has gone over, or a retention, takes no answer any more. Queue first and attempts last, as everybody else
     * does it; then the health. Where all were delivered and {@code waiting} isn't asked for, this needs no transaction around it.
     *
     * @param healthy endpoints with a success, after which everything is sent at once again
     * @param failing endpoints that the caller judges, whose health stays locked
     * @param waiting whether the commit waits for the disk, on whatever connection
     */
    void record(List<Attempted> attempts, Set<UUID> healthy, Set<UUID> failing, Instant now, boolean waiting) {
        Statements statements = new Statements(batch);
        if (waiting) statements.change("set local synchronous_commit = on");
        AtomicInteger first = new AtomicInteger(attempts.size());
        if (!waiting
                && attempts.stream()
                        .allMatch(one -> one.delivered() && one.exchange().error() == null))
            recordDelivered(attempts, first::set, statements);
        else recordAny(attempts, now, statements);
        UUID[] all = Stream.concat(healthy.stream(), failing.stream()).toArray(UUID[]::new);
        if (!failing.isEmpty()) statements.query(HEALTH_LOCKED, rows -> {}, (Object) all);
        if (!healthy.isEmpty()) statements.change(HEALTHY, time(now), healthy.toArray(UUID[]::new), time(now));
        statements.run();
        if (first.get() == attempts.size()) return;
        // some were delivered before, or are gone; for the others this changes nothing any more
        recordAny(attempts, now, statements);
        statements.run();
    }

    private static void recordDelivered(List<Attempted> attempts, IntConsumer first, Statements statements) {
        statements.change("delete from queue where delivery_id = any(cast(? as uuid[]))", (Object) ids(attempts));
        statements.change(RECORD_DELIVERED, first, parameters(attempts));
    }

    private static void recordAny(List<Attempted> attempts, Instant now, Statements statements) {
        Set<UUID> decided = new HashSet<>();
        Statements.Rows decides = rows -> {
            while (rows.next()) decided.add(requireNonNull(rows.getObject(1, UUID.class)));
        };
        // by their ids as well as by the join, which alone would begin with all that is queued where PostgreSQL knows
        // of little
        List<Attempted> over = new ArrayList<>();
        List<Attempted> again = new ArrayList<>();
        for (Attempted attempt : attempts) {
            if (attempt.test() || attempt.delivered())
                decided.add(attempt.delivery().id());
            if (!attempt.test()) (next(attempt.outcome()) == null ? over : again).add(attempt);
        }
        if (!over.isEmpty())
            statements.query(
                    "delete from queue q using unnest(cast(? as uuid[]), cast(? as timestamptz[]), cast(? as boolean[]))"
                            + " as a (id, lease_ends, delivered) where q.delivery_id = a.id and q.delivery_id = any(cast(? as uuid[]))"
                            + " and (a.delivered or " + STILL_CLAIMED + ")"
                            + " returning q.delivery_id",
                    decides,
                    ids(over),
                    times(over, attempt -> attempt.delivered() ? null : attempt.leasedUntil()),
                    over.stream().map(Attempted::delivered).toArray(Boolean[]::new),
                    ids(over));
        if (!again.isEmpty())
            statements.query(
                    "update queue q set due_at = a.due_at, lease_ends = null"
                            + " from unnest(cast(? as uuid[]), cast(? as timestamptz[]), cast(? as timestamptz[]))"
                            + " as a (id, lease_ends, due_at) where q.delivery_id = a.id and q.delivery_id = any(cast(? as uuid[]))"
                            + " and " + STILL_CLAIMED + " returning q.delivery_id",
                    decides,
                    ids(again),
                    times(again, Attempted::leasedUntil),
                    times(again, attempt -> next(attempt.outcome())),
                    ids(again));
        // what was delivered is decided already, whatever the queue says
        if (decided.size() < attempts.size()) statements.run();
        statements.change(
                RECORD,
                parameters(
                        attempts,
                        attempts.stream()
                                .map(attempt -> attempt.delivery().attemptsMade() + 1)
                                .toArray(Integer[]::new),
                        texts(attempts, attempt -> attempt.exchange().error()),
                        attempts.stream()
                                .map(attempt ->
                                        decided.contains(attempt.delivery().id()))
                                .toArray(Boolean[]::new),
                        texts(attempts, attempt -> status(attempt.outcome()).wire()),
                        times(attempts, attempt -> next(attempt.outcome())),
                        times(attempts, attempt -> attempt.outcome() instanceof Outcome.GaveUp ? now : null)));
    }

    /** Of either statement. */
    private static Object[] parameters(List<Attempted> attempts, Object... more) {
        UUID[] ids = ids(attempts);
        List<Object> all = new ArrayList<>(List.of(
                ids,
                attempts.stream().map(attempt -> attempt.delivery().personId()).toArray(UUID[]::new),
                attempts.stream().map(attempt -> attempt.exchange().status()).toArray(Integer[]::new),
                texts(attempts, attempt -> attempt.exchange().response()),
                attempts.stream().map(Attempted::durationMs).toArray(Long[]::new),
                times(attempts, Attempted::startedAt)));
        all.addAll(List.of(more));
        all.add(ids);
        // ids are of the moment of storing, so that these two name the partitions
        all.add(Stream.of(ids).min(naturalOrder()).orElseThrow());
        all.add(Stream.of(ids).max(naturalOrder()).orElseThrow());
        return all.toArray();
    }

    private static UUID[] ids(List<Attempted> attempts) {
        return attempts.stream().map(attempt -> attempt.delivery().id()).toArray(UUID[]::new);
    }

    private static @Nullable UUID[] uuids(List<Delivery> deliveries, Function<Delivery, @Nullable UUID> uuid) {
        return deliveries.stream().map(uuid).toArray(UUID[]::new);
    }

    private static @Nullable Long[] numbers(List<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::number).toArray(Long[]::new);
    }

    private static <T> @Nullable String[] texts(List<T> all, Function<T, @Nullable String> text) {
        return all.stream().map(text).toArray(String[]::new);
    }

    /** As PostgreSQL reads them. */
    private static <T> @Nullable String[] times(List<T> all, Function<T, @Nullable Instant> time) {
        return texts(all, one -> {
            Instant at = time.apply(one);
            return at == null ? null : at.toString();
        });
    }

    private static Status status(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered _ -> Status.SUCCESS;
            case Outcome.WillRetry _ -> Status.PENDING_RETRY;
            case Outcome.GaveUp _ -> Status.PERMANENTLY_FAILED;
        };
    }

    private static @Nullable Instant next(Outcome outcome) {
        return outcome instanceof Outcome.WillRetry retry ? retry.at() : null;
    }

    // --- how receivers do

    /** After failures; answers since when it fails, and whether its suspension was asked for already. */
    Failing failing(UUID endpoint, Circuit circuit, Instant now) {
        return jdbc.sql("update health set unavailable = :unavailable, paused_until = :pausedUntil,"
                        + " failing_since = coalesce(failing_since, :now) where endpoint_id = :endpoint"
                        + " returning failing_since, wished_at")
                .param("endpoint", endpoint)
                .param("unavailable", circuit.unavailable())
                .param("pausedUntil", time(circuit.pausedUntil()), Types.TIMESTAMP)
                .param("now", time(now))
                .query((rs, n) ->
                        new Failing(requireNonNull(instant(rs, "failing_since")), rs.getTimestamp("wished_at") != null))
                .single();
    }

    /** Since when an endpoint fails without a success in between. */
    record Failing(Instant since, boolean wished) {}

    void wished(UUID endpoint, Instant now) {
        jdbc.sql("update health set wished_at = :now where endpoint_id = :endpoint")
                .param("endpoint", endpoint)
                .param("now", time(now))
                .update();
    }

    /** A fresh start for an endpoint that is enabled again, or leads elsewhere. */
    void forgive(UUID endpoint) {
        jdbc.sql("update health set unavailable = 0, failing_since = null, paused_until = null, wished_at = null"
                        + " where endpoint_id = :endpoint")
                .param("endpoint", endpoint)
                .update();
    }

    /**
     * Whether an endpoint is sent to.
     *
     * @param unavailable how many attempts in a row met no working receiver
     * @param pausedUntil null before there was a pause
     */
    record Circuit(int unavailable, @Nullable Instant pausedUntil) {}

    /** Of an endpoint whose row the transaction has locked. */
    Circuit circuit(UUID endpoint) {
        return jdbc.sql("select unavailable, paused_until from health where endpoint_id = :endpoint")
                .param("endpoint", endpoint)
                .query((rs, n) -> new Circuit(rs.getInt("unavailable"), instant(rs, "paused_until")))
                .single();
    }

    /** Has the endpoint of a delivery tried at once, one at a time until one is taken; what is under way says nothing new then either. */
    private void endPause(UUID delivery, Instant now) {
        jdbc.sql("update health set paused_until = :now where paused_until > :now"
                        + " and endpoint_id = (select endpoint_id from deliveries where id = :delivery)")
                .param("delivery", delivery)
                .param("now", time(now))
                .update();
    }

    // --- tidying

    /** How many were queued when PostgreSQL last looked. */
    long queued() {
        return jdbc.sql("select greatest(reltuples, 0)::bigint from pg_class where oid = 'queue'::regclass")
                .query(Long.class)
                .single();
    }

    /**
     * Removes what is left of deliveries that are no longer queued. Whoever looks for the longest due walks through it, and PostgreSQL
     * itself comes by once a minute. Not in a transaction; not while somebody else does it.
     */
    void vacuumQueue() {
        jdbc.sql("vacuum (skip_locked, index_cleanup on, truncate off) queue").update();
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
        return jdbc.sql("select count(*) as deliveries, min(due_at) filter (where " + FREE + ") as oldest,"
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

    private static final String STARTED_OVER = ", attempt_count = 0, failed_at = null, stopped = false";

    /** Starts over what was given up: all attempts again, the first at once, or when its endpoint is enabled again. */
    boolean replay(UUID id, boolean suspended, Instant now) {
        if (!suspended) return requeue(id, Status.PERMANENTLY_FAILED, STARTED_OVER, now);
        return jdbc.sql("with moved as (update deliveries set status = 'held', next_attempt_at = null" + STARTED_OVER
                                + " where id = :id and status = 'permanently_failed'"
                                + " returning id, endpoint_id, number)"
                                + " insert into queue (delivery_id, endpoint_id, number, due_at)"
                                + " select id, endpoint_id, number, 'infinity' from moved")
                        .param("id", id)
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
        return jdbc.sql(
                        "with moved as (update deliveries set status = :status, next_attempt_at = :due, attempt_count = 0,"
                                + " failed_at = null where " + where + " returning id, endpoint_id, number)"
                                + " insert into queue (delivery_id, endpoint_id, number, due_at)"
                                + " select id, endpoint_id, number, coalesce(cast(:due as timestamptz), 'infinity') from moved")
                .param("status", status.wire())
                .param("due", time(due), Types.TIMESTAMP)
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
                        .param("now", time(now))
                        .update()
                > 0;
    }

    private static Delivery delivery(ResultSet rs) throws SQLException {
        return new Delivery(
                requireNonNull(rs.getObject("id", UUID.class)),
                requireNonNull(rs.getObject("endpoint_id", UUID.class)),
                requireNonNull(rs.getString("mode")),
                rs.getObject("number", Long.class),
                requireNonNull(rs.getString("message_id")),
                requireNonNull(rs.getString("event")),
                rs.getObject("person_id", UUID.class),
                requireNonNull(rs.getString("body")),
                Status.of(requireNonNull(rs.getString("status"))),
                rs.getInt("attempt_count"),
                rs.getInt("attempts_made"),
                rs.getInt("max_attempts"),
                instant(rs, "next_attempt_at"),
                integer(rs, "http_status"),
                rs.getString("error_message"),
                rs.getString("response_body"),
                rs.getObject("duration_ms", Long.class),
                instant(rs, "failed_at"),
                requireNonNull(instant(rs, "created_at")),
                rs.getObject("replay_id", UUID.class));
    }

    private static @Nullable Integer integer(ResultSet rs, String column) throws SQLException {
        return rs.getObject(column, Integer.class);
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        Timestamp time = rs.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable Timestamp time(@Nullable Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }
}
