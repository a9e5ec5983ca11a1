package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.Rows.COLUMNS;
import static io.tillstream.webhook.delivery.Rows.delivery;
import static io.tillstream.webhook.delivery.Rows.instant;
import static io.tillstream.webhook.delivery.Rows.texts;
import static io.tillstream.webhook.delivery.Rows.time;
import static io.tillstream.webhook.delivery.Rows.times;
import static java.util.Comparator.naturalOrder;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

import io.tillstream.events.webhook.Webhook;
import io.tillstream.store.Statements;
import io.tillstream.webhook.endpoint.Endpoints;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.ConcurrentLruCache;

/**
 * What waits to be sent. Dispatchers claim it under leases and record what came of their attempts, in {@link Deliveries} too.
 * For connections whose plans are kept.
 */
final class DeliveryQueue {
    /** Due, and nobody's. */
    static final String FREE = "due_at <= :now and coalesce(lease_ends, '-infinity') <= :now";

    /** Of what waits or is leased; the order names the index, also to a plan from when the queue was empty. */
    private static String lowestNumber(String endpoint) {
        return "(select number from queue where endpoint_id = " + endpoint + " and number is not null"
                + " and due_at < 'infinity' order by number limit 1)";
    }

    /** More than what was given back may come before what is leased, of which a claim then doesn't know. */
    private static final int LOOKED_BEYOND = 16;

    private static final String CLAIM = "with able as materialized ("
            + " select e.id, strict_order, numbered, leased, free_from, greatest(least(slots, most - leased), 0) as room"
            + " from (select e.id, e.strict_order, p.slots,"
            + " case when h.unavailable >= :patience then 1 when e.strict_order or p.id is not null then :perEndpoint"
            + " else :perEndpoint + coalesce(a.ahead, 0) end as most,"
            + " e.strict_order and exists (select from queue q where q.endpoint_id = e.id and " + FREE
            + " and q.number = " + lowestNumber("e.id") + ") as numbered"
            + " from endpoints e join health h on h.endpoint_id = e.id"
            + " left join unnest(cast(:paced as uuid[]), cast(:slots as int[])) as p (id, slots) on p.id = e.id"
            + " left join unnest(cast(:busy as uuid[]), cast(:ahead as int[])) as a (id, ahead) on a.id = e.id"
            + " where e.is_active and not e.deleted and (e.spacing_us is null or p.id is not null)"
            + " and (h.paused_until is null or h.paused_until <= :now)) e cross join lateral ("
            // what is leased was the longest due, or of a strict order the lowest number and the first ones without one
            + " select count(*) filter (where lease_ends > :now) as leased,"
            + " min(due_at) filter (where coalesce(lease_ends, '-infinity') <= :now) as free_from"
            + " from (select due_at, lease_ends from queue where not e.strict_order and endpoint_id = e.id"
            + " and due_at <= :now order by due_at, number limit e.most + " + LOOKED_BEYOND
            + ") first having not e.strict_order"
            + " union all select (select count(*) from queue where endpoint_id = e.id and number = "
            + lowestNumber("e.id") + " and lease_ends > :now)"
            + " + (select count(*) from (select lease_ends from queue where endpoint_id = e.id and number is null"
            + " and due_at <= :now order by number, due_at limit e.most + " + LOOKED_BEYOND
            + ") first where lease_ends > :now),"
            + " (select due_at from queue q where q.endpoint_id = e.id and " + FREE + " order by q.due_at limit 1)"
            + " where e.strict_order) l where free_from is not null),"
            + " due as (select q.delivery_id, q.due_at, leased + q.nth > :perEndpoint as ahead from able cross join lateral"
            + " (select delivery_id, due_at, row_number() over () as nth from"
            + " (select delivery_id, due_at from queue where not able.strict_order and endpoint_id = able.id and "
            + FREE
            + " and due_at >= able.free_from order by due_at, number limit able.room for update skip locked) locked) q"
            // what has the lowest number isn't free while it is under way or waits for its next attempt
            + " union all select q.delivery_id, q.due_at, false from able cross join lateral"
            + " (select delivery_id, due_at from queue where able.strict_order and endpoint_id = able.id and " + FREE
            + " and number = " + lowestNumber("able.id")
            + " limit least(able.room, 1) for update skip locked) q"
            + " union all select q.delivery_id, q.due_at, false from able cross join lateral"
            + " (select delivery_id, due_at from queue where able.strict_order and endpoint_id = able.id and " + FREE
            + " and number is null order by number, due_at"
            + " limit greatest(able.room - (case when able.numbered then 1 else 0 end), 0) for update skip locked) q),"
            // what may only wait here comes last: however much of it some endpoints have, others get their attempts
            + " chosen as (select delivery_id from due order by ahead, due_at, delivery_id limit :most),"
            // each by its key: as a join, PostgreSQL may read all that waits and all that was ever delivered
            + " claimed as (update queue q set lease_ends = :leaseEnd"
            + " where q.delivery_id = any(array(select delivery_id from chosen)) returning q.delivery_id)"
            + " select d.* from claimed cross join lateral (" + COLUMNS
            + " where d.id = claimed.delivery_id limit 1) d order by d.number, d.id";

    /** What was delivered stays so, and says who did. */
    private static final String OPEN = "d.delivered_attempt_at is null";

    private static final String DECIDES = "(a.decides and " + OPEN + ")";

    /** Whether an attempt says something of its delivery, which somebody else may have decided on or send again meanwhile: once. */
    private static final String COUNTS =
            "((a.decides or d.status not in ('pending', 'pending_retry', 'success') and d.attempts_made < a.number) and "
                    + OPEN + ")";

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

    /**
     * What {@link #RECORD} does with the first success of a delivery, and to be changed with it: most batches are of these alone, and
     * beginning the other takes as long as six of them.
     */
    private static final String RECORD_DELIVERED = "update deliveries d set attempt_count = d.attempt_count + 1,"
            + " attempts_made = d.attempts_made + 1, http_status = a.http_status, duration_ms = a.duration,"
            + " error_message = null, response_body = " + ANSWER + ","
            + " status = case when d.status = 'archived' then d.status else 'success' end,"
            + " next_attempt_at = null, failed_at = null, delivered_attempt_at = a.started_at"
            + " from unnest(cast(? as uuid[]), cast(? as uuid[]), cast(? as int[]), cast(? as text[]),"
            + " cast(? as bigint[]), cast(? as timestamptz[])) as a (id, person, http_status, response, duration, started_at)"
            + " where " + THESE + " and " + OPEN;

    /** Once more after what was delivered is recorded as that: a start-over may have queued it while the record waited for it. */
    private static final String UNQUEUE = "delete from queue where delivery_id = any(cast(? as uuid[]))";

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

    /** Nobody else has claimed it, or holds it, since an attempt was begun. */
    private static final String STILL_CLAIMED =
            "q.lease_ends is not distinct from a.lease_ends and q.due_at < 'infinity'";

    private final JdbcClient jdbc;
    private final JdbcTemplate batch;
    private final ConcurrentLruCache<String, Webhook> states = new ConcurrentLruCache<>(1_000, Endpoints::state);

    DeliveryQueue(JdbcTemplate template) {
        this.jdbc = JdbcClient.create(template);
        this.batch = template;
    }

    // --- claiming

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

    // --- recording

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

        Instant overAt() {
            return startedAt.plusMillis(durationMs);
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
        AtomicInteger queued = new AtomicInteger(attempts.size());
        AtomicInteger first = new AtomicInteger(attempts.size());
        if (!waiting && allDelivered(attempts)) {
            statements.change(UNQUEUE, queued::set, (Object) ids(attempts));
            statements.change(RECORD_DELIVERED, first::set, parameters(attempts));
        } else recordAny(attempts, now, statements);
        UUID[] all = Stream.concat(healthy.stream(), failing.stream()).toArray(UUID[]::new);
        if (!failing.isEmpty()) statements.query(HEALTH_LOCKED, rows -> {}, (Object) all);
        if (!healthy.isEmpty()) statements.change(HEALTHY, time(now), healthy.toArray(UUID[]::new), time(now));
        statements.run();
        // some were delivered before, or are gone; for the others this changes nothing any more
        if (first.get() < attempts.size()) recordAny(attempts, now, statements);
        else if (queued.get() < attempts.size()) statements.change(UNQUEUE, (Object) ids(attempts));
        statements.run();
    }

    /** Whether they can be recorded without a transaction around it. */
    static boolean allDelivered(List<Attempted> attempts) {
        return attempts.stream()
                .allMatch(one -> one.delivered() && one.exchange().error() == null);
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
        List<Attempted> delivered =
                attempts.stream().filter(Attempted::delivered).toList();
        if (!delivered.isEmpty()) statements.change(UNQUEUE, (Object) ids(delivered));
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
}
