package io.tillstream.webhook.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.comparing;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookEvent.SecretName;
import io.tillstream.store.DispatcherSecrets;
import io.tillstream.webhook.delivery.DeliveryQueue.Attempted;
import io.tillstream.webhook.delivery.DeliveryQueue.Claimed;
import io.tillstream.webhook.delivery.Exchange.NotSent;
import io.tillstream.webhook.delivery.Lanes.Ready;
import io.tillstream.webhook.signing.Signatures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.support.TransactionTemplate;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/**
 * Sends what is due. One thread claims and another one records, both in batches; attempts begin and run on the client's event loop, so
 * that a slow receiver costs a socket and no thread, and nothing is handed from thread to thread between two attempts. What a killed
 * instance had claimed is claimed again when its lease ends. What a receiver had accepted and wasn't recorded by then is sent again, so
 * recording waits for nothing but the batch before it, and a moment for more.
 */
final class Sending {
    private static final Logger log = LoggerFactory.getLogger(Sending.class);

    /** Attempts in a row without a working receiver, after which it is tried with one delivery at a time. */
    static final int PATIENCE = 5;

    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final long POLL_MS = 100;

    /** How many attempts are recorded at a time: PostgreSQL compares each with each. */
    private static final int MOST_TOGETHER = 64;

    /** So long a batch waits to have as many as may be under way to an endpoint: each costs as much by itself as many attempts. */
    private static final long MOMENT_NANOS = 1_000_000;

    /** Nothing is claimed or sent while something is over for longer and not recorded: when its lease ends it is sent again. */
    private static final Duration SLOW_RECORDING = Duration.ofSeconds(5);

    /** How deliveries are sent. */
    record Limits(int inFlight, int perEndpoint, Duration timeout, Duration leaseMargin, Duration suspendAfter) {}

    /** Asks the shop to stop sending to an endpoint. */
    @FunctionalInterface
    interface Suspensions {
        void wish(UUID endpoint, String mode, String reason, Instant now);
    }

    private final DeliveryQueue queue;
    private final TransactionTemplate transaction;
    private final OpenedSecrets opened;
    private final Client client;
    private final Schedule schedule;
    private final Limits limits;
    private final Suspensions suspensions;
    private final Timer delivered;
    private final Timer failed;
    private final Timer givenUp;
    private final Clock clock;

    private final LinkedBlockingDeque<Attempted> done = new LinkedBlockingDeque<>();
    private final Lanes lanes;
    private final Semaphore claimable = new Semaphore(0);
    private final Semaphore enoughOver = new Semaphore(0);
    private final int enough;
    private final AtomicBoolean beginning = new AtomicBoolean();
    private volatile boolean due = true;
    private long polled = System.nanoTime();
    private volatile boolean cannotRecord;
    private final AtomicLong recorded = new AtomicLong();
    private volatile @Nullable Attempted recording; // the first of them

    Sending(
            DeliveryQueue queue,
            TransactionTemplate transaction,
            DispatcherSecrets secrets,
            Client client,
            Schedule schedule,
            Limits limits,
            Suspensions suspensions,
            MeterRegistry meters,
            Clock clock) {
        this.queue = queue;
        this.transaction = transaction;
        this.opened = new OpenedSecrets(secrets);
        this.client = client;
        this.schedule = schedule;
        this.limits = limits;
        this.suspensions = suspensions;
        this.delivered = attempts(meters, "delivered");
        this.failed = attempts(meters, "will_retry");
        this.givenUp = attempts(meters, "gave_up");
        this.clock = clock;
        this.enough = Math.min(limits.perEndpoint(), MOST_TOGETHER);
        this.lanes = new Lanes(limits.inFlight(), limits.perEndpoint(), System::nanoTime);
    }

    private static Timer attempts(MeterRegistry meters, String outcome) {
        return Timer.builder("tillstream.webhook.attempts")
                .description("Attempts to deliver, by what came of them")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** There may be something new to claim. */
    void wake() {
        due = true;
        claimable.release();
    }

    /** How many new deliveries may be stored as leased to this instance. */
    int roomForNew() {
        return lanes.roomInAll();
    }

    /** Of them, how many of an endpoint, which has neither a rate nor a strict order. */
    int roomForNew(UUID endpoint) {
        return lanes.roomForNew(endpoint);
    }

    /** Sends what was taken in under a lease, and claims the rest. */
    void take(Intake.Taken taken) {
        try {
            boolean _ = leased(taken.leased());
        } finally {
            lanes.stored(taken.queued());
            if (!taken.queued().isEmpty()) wake();
        }
    }

    /** Answers whether they are taken: when this is closed, or their secrets can't be read, they are given back. */
    private boolean leased(List<Claimed> leased) {
        if (leased.isEmpty()) return true;
        boolean taken = false;
        try {
            Set<Webhook> webhooks = leased.stream().map(Claimed::webhook).collect(Collectors.toSet());
            taken = lanes.add(leased, secretsOf(webhooks));
        } finally {
            if (!taken) giveBack(leased);
        }
        beginSoon();
        return taken;
    }

    /** Claims what is due; waits a little where there was nothing, or where what was sent can't be recorded. */
    void claimDue() throws InterruptedException {
        giveBackUnwanted();
        beginSoon(); // what waited behind it, or for somebody who failed to say so
        boolean poll = System.nanoTime() - polled >= TimeUnit.MILLISECONDS.toNanos(POLL_MS);
        if (!held() && (due || poll || lanes.wantsClaim())) {
            due = false;
            polled = System.nanoTime();
            if (claim()) {
                due = true;
                return;
            }
        }
        boolean _ = claimable.tryAcquire(POLL_MS, TimeUnit.MILLISECONDS);
        claimable.drainPermits();
    }

    void open() {
        lanes.open();
    }

    /** Sends nothing more; what is leased for it is then to be given back. */
    void close() {
        lanes.close();
    }

    /** What was claimed and not attempted is anybody's again. */
    void giveBackUnwanted() {
        giveBack(lanes.unwanted());
    }

    private void giveBack(List<Claimed> claimed) {
        if (claimed.isEmpty()) return;
        try {
            transaction.executeWithoutResult(status -> queue.giveBack(claimed));
            lanes.stored(
                    claimed.stream().map(one -> one.delivery().endpointId()).toList());
            wake();
        } catch (RuntimeException e) {
            log.warn("{} deliveries wait for the end of their lease", claimed.size(), e);
        }
    }

    private boolean held() {
        Attempted oldest = recording;
        if (oldest == null) oldest = done.peek();
        return cannotRecord
                || (oldest != null && oldest.overAt().plus(SLOW_RECORDING).isBefore(clock.instant()));
    }

    /** Records what is done; waits a little where nothing is. */
    void recordDone() throws InterruptedException {
        Attempted first = done.poll(POLL_MS, TimeUnit.MILLISECONDS);
        if (first == null) return;
        enoughOver.drainPermits();
        if (lanes.fewerOver(enough)) {
            try {
                boolean _ = enoughOver.tryAcquire(MOMENT_NANOS, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                done.addFirst(first);
                throw e;
            }
        }
        List<Attempted> drained = new ArrayList<>(List.of(first));
        done.drainTo(drained, MOST_TOGETHER - 1);
        Map<UUID, Attempted> byDelivery = new LinkedHashMap<>();
        for (Attempted one : drained)
            if (byDelivery.putIfAbsent(one.delivery().id(), one) != null) done.add(one); // it is late, and by itself
        List<Attempted> batch = byDelivery.values().stream()
                .sorted(comparing(one -> one.delivery().id())) // as another dispatcher locks them, too
                .toList();
        recording = first;
        try {
            recordTogether(batch);
            cannotRecord = false;
        } catch (RuntimeException | Error e) {
            cannotRecord = true;
            batch.reversed().forEach(done::addFirst); // the receiver has them: forgetting would send them again
            throw e;
        } finally {
            recording = null;
        }
        recorded.addAndGet(batch.size());
        lanes.recorded(batch);
        beginSoon(); // what was recorded has made room for more
        claimable.release();
        batch.forEach(Sending::say); // not on the event loop, which would wait for the file
    }

    /** All or none; where one of them can't be stored, each by itself. */
    private void recordTogether(List<Attempted> batch) {
        try {
            if (DeliveryQueue.allDelivered(batch)) record(batch, false);
            else transaction.executeWithoutResult(status -> record(batch, false));
        } catch (DataIntegrityViolationException e) {
            log.error("What came of {} attempts can't be stored as it is", batch.size(), e);
            if (batch.size() > 1) for (Attempted one : batch) recordTogether(List.of(one));
            else
                transaction.executeWithoutResult(
                        status -> record(List.of(batch.getFirst().withoutAnswer()), false));
        }
    }

    /** Attempts that this instance has recorded. */
    long recorded() {
        return recorded.get();
    }

    /** Attempts that aren't recorded. */
    int unrecorded() {
        return lanes.unrecorded();
    }

    /** Until when an attempt that begins now is left alone. */
    Instant leaseEnd(Instant now) {
        return now.plus(limits.timeout()).plus(limits.leaseMargin());
    }

    /** Answers whether there may be more for which there is room. */
    private boolean claim() {
        Lanes.Room room = lanes.roomForClaim();
        if (room.most() == 0) {
            due = true; // once there is room
            return false;
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS); // leases are compared with what PostgreSQL kept
        List<Claimed> claimed = Objects.requireNonNullElse(
                transaction.execute(status ->
                        queue.claim(room.most(), limits.perEndpoint(), room.ahead(), PATIENCE, now, leaseEnd(now))),
                List.of());
        if (!leased(claimed)) return false;
        List<UUID> unclear = lanes.unclear(room, claimed);
        if (!unclear.isEmpty()) {
            Set<UUID> left = queue.due(unclear, now);
            lanes.cleared(unclear.stream().filter(id -> !left.contains(id)).toList(), room.number());
        }
        return claimed.size() == room.most();
    }

    private void beginSoon() {
        if (!beginning.compareAndSet(false, true)) return;
        boolean soon = false;
        try {
            soon = client.onEventLoop(this::begin);
        } finally {
            if (!soon) beginning.set(false);
        }
    }

    /** Begins what may be attempted now, unless what was sent can't be recorded. */
    private void begin() {
        beginning.set(false); // what changes from now on needs another look
        if (held()) return;
        List<Ready> next = lanes.next();
        int begun = 0;
        try {
            Instant mustEnd = clock.instant().plus(limits.timeout());
            for (Ready one : next) {
                begun++;
                if (mustEnd.isBefore(one.claimed().leasedUntil())) attempt(one);
                else unattempted(one); // others may have it before an attempt is over
            }
        } catch (RuntimeException | Error e) {
            log.error("{} attempts can't begin", 1 + next.size() - begun, e);
            next.subList(begun, next.size()).forEach(this::unattempted);
        }
    }

    private void unattempted(Ready one) {
        lanes.unattempted(one.claimed());
        claimable.release();
    }

    private void attempt(Ready ready) {
        Claimed one = ready.claimed();
        Mono.defer(() -> attempt(one.delivery(), one.leasedUntil(), one.webhook(), ready.secrets(), Map.of()))
                .subscribe(this::over, failure -> {
                    lanes.lost(one);
                    beginSoon(); // its place is another's
                    log.error(
                            "Delivery {} waits for the end of its lease",
                            one.delivery().id(),
                            failure);
                });
    }

    private void over(Attempted attempted) {
        lanes.over(attempted);
        done.add(attempted);
        if (!lanes.fewerOver(enough)) enoughOver.release();
        beginSoon(); // its place is another's
    }

    private Map<UUID, String> secretsOf(Iterable<Webhook> webhooks) {
        Instant now = clock.instant();
        Set<UUID> rows = new HashSet<>();
        for (Webhook webhook : webhooks) {
            webhook.secretsAt(now).forEach(secret -> rows.add(secret.id()));
            if (webhook.headersId() != null) rows.add(webhook.headersId());
        }
        return opened.get(rows);
    }

    /** One attempt by itself, recorded when it is done: for tests and for what a person sends again. */
    Attempted attemptNow(Delivery delivery, Webhook webhook, Map<String, String> marks) {
        Attempted attempted =
                Objects.requireNonNull(attempt(delivery, null, webhook, secretsOf(List.of(webhook)), marks)
                        .block());
        transaction.executeWithoutResult(status -> record(List.of(attempted), true));
        say(attempted);
        return attempted;
    }

    private Mono<Attempted> attempt(
            Delivery delivery,
            @Nullable Instant leasedUntil,
            Webhook webhook,
            Map<UUID, String> opened,
            Map<String, String> marks) {
        Instant startedAt = clock.instant();
        long started = System.nanoTime();
        int number = delivery.attemptCount() + 1;
        byte[] body = delivery.body().getBytes(UTF_8);
        Mono<Exchange> exchange = Mono.defer(() -> {
                    Map<String, String> headers = headers(delivery, webhook, opened, body, startedAt, marks);
                    return headers == null
                            ? Mono.just(new NotSent("Not sent: the webhook's secrets can't be read"))
                            : client.post(webhook.details().url(), headers, body);
                })
                .onErrorResume(failure -> {
                    log.error("Delivery {} can't be sent", delivery.id(), failure);
                    return Mono.just(NotSent.unexpectedly());
                });
        return exchange.map(came -> {
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            Outcome outcome = Outcome.of(
                    came,
                    number,
                    delivery.maxAttempts(),
                    schedule,
                    clock.instant(),
                    ThreadLocalRandom.current().nextDouble());
            Attempted attempted = new Attempted(delivery, leasedUntil, came, outcome, startedAt, took);
            (switch (outcome) {
                        case Outcome.Delivered _ -> delivered;
                        case Outcome.WillRetry _ -> failed;
                        case Outcome.GaveUp _ -> givenUp;
                    })
                    .record(took, TimeUnit.MILLISECONDS);
            return attempted;
        });
    }

    /** Null where they can't be made. Ours win over custom ones, whatever their case. */
    private static @Nullable Map<String, String> headers(
            Delivery delivery,
            Webhook webhook,
            Map<UUID, String> opened,
            byte[] body,
            Instant now,
            Map<String, String> marks) {
        List<String> signing = new ArrayList<>();
        for (SecretName name : webhook.secretsAt(now)) {
            String secret = opened.get(name.id());
            if (secret != null) signing.add(secret);
        }
        if (signing.isEmpty()) return null;
        Map<String, String> headers = new LinkedHashMap<>();
        UUID custom = webhook.headersId();
        if (custom != null) {
            String sealed = opened.get(custom);
            if (sealed == null) return null;
            headers.putAll(EventJson.STORED.readValue(sealed, new TypeReference<Map<String, String>>() {}));
        }
        Map<String, String> ours = new LinkedHashMap<>();
        ours.put("Content-Type", "application/json");
        ours.put("X-Sellf-Event", delivery.event());
        if (delivery.attemptCount() > 0) ours.put("X-Sellf-Retry-Attempt", String.valueOf(delivery.attemptCount() + 1));
        if (delivery.number() != null) ours.put("X-Tillstream-Sequence", String.valueOf(delivery.number()));
        if (delivery.replayId() != null) ours.put("X-Tillstream-Replayed", "true");
        ours.putAll(marks);
        ours.putAll(Signatures.headers(delivery.messageId(), now, body, signing));
        headers.keySet().removeIf(name -> ours.keySet().stream().anyMatch(name::equalsIgnoreCase));
        headers.putAll(ours);
        return headers;
    }

    private void record(List<Attempted> batch, boolean waiting) {
        Instant now = clock.instant();
        Map<UUID, List<Attempted>> byEndpoint = batch.stream()
                .filter(attempted -> !(attempted.exchange() instanceof NotSent)
                        && (!attempted.test() || attempted.outcome() instanceof Outcome.Delivered))
                .collect(Collectors.groupingBy(attempted -> attempted.delivery().endpointId()));
        Set<UUID> healthy = endpoints(byEndpoint, outcome -> outcome instanceof Outcome.Delivered);
        Set<UUID> failing = endpoints(byEndpoint, outcome -> outcome instanceof Outcome.GaveUp(boolean gone) && gone);
        for (UUID endpoint : byEndpoint.keySet()) if (!healthy.contains(endpoint)) failing.add(endpoint);
        queue.record(batch, healthy, failing, now, waiting);
        for (UUID endpoint : failing) judge(endpoint, byEndpoint.getOrDefault(endpoint, List.of()), now);
    }

    /** Those with such an outcome. */
    private static Set<UUID> endpoints(Map<UUID, List<Attempted>> attempts, Predicate<Outcome> such) {
        Set<UUID> found = new HashSet<>();
        attempts.forEach((endpoint, of) -> {
            if (of.stream().map(Attempted::outcome).anyMatch(such)) found.add(endpoint);
        });
        return found;
    }

    private void judge(UUID endpoint, List<Attempted> attempts, Instant now) {
        boolean gone =
                attempts.stream().anyMatch(attempt -> attempt.outcome() instanceof Outcome.GaveUp(boolean is) && is);
        DeliveryQueue.Circuit before = queue.circuit(endpoint);
        int unavailable = unavailable(
                before,
                attempts.stream()
                        .filter(attempt -> Outcome.unavailable(attempt.exchange()))
                        .map(Attempted::startedAt)
                        .toList());
        Instant pausedUntil = unavailable > before.unavailable() && unavailable >= PATIENCE
                ? now.plus(pause(unavailable))
                : before.pausedUntil();
        DeliveryQueue.Failing failing =
                queue.failing(endpoint, new DeliveryQueue.Circuit(unavailable, pausedUntil), now);
        boolean tooLong = Duration.between(failing.since(), now).compareTo(limits.suspendAfter()) >= 0;
        if (failing.wished() || !(gone || tooLong)) return;
        String reason = gone
                ? "It answered 410: it is gone"
                : "All deliveries have failed since " + EventJson.TIMESTAMP.format(failing.since());
        suspensions.wish(endpoint, attempts.getFirst().delivery().mode(), reason, now);
        queue.wished(endpoint, now);
    }

    /**
     * How many attempts in a row have met no working receiver, with these. What was under way when the pause began says
     * nothing new, however much it was; after the pause one is tried at a time.
     *
     * @param startedAt of the attempts that met none
     */
    static int unavailable(DeliveryQueue.Circuit before, List<Instant> startedAt) {
        Instant pausedUntil = before.pausedUntil();
        int more = (int) startedAt.stream()
                .filter(started -> pausedUntil == null || !started.isBefore(pausedUntil))
                .count();
        return before.unavailable() < PATIENCE
                ? Math.min(PATIENCE, before.unavailable() + more)
                : before.unavailable() + Math.min(1, more);
    }

    /** Longer each time, so that a dead receiver is asked less and less. */
    static Duration pause(int unavailable) {
        int times = Math.clamp(unavailable - PATIENCE, 0, 10);
        Duration pause = SHORTEST_PAUSE.multipliedBy(1L << times);
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    /** What says nothing new of a success is left out: a line costs a tenth of what can be delivered. */
    private static void say(Attempted attempted) {
        Delivery delivery = attempted.delivery();
        var line = log.atInfo()
                .addKeyValue("webhook_id", delivery.endpointId())
                .addKeyValue("delivery_id", delivery.id())
                .addKeyValue("message_id", delivery.messageId())
                .addKeyValue("event", delivery.event())
                .addKeyValue("number", delivery.number())
                .addKeyValue("attempt", attempted.number())
                .addKeyValue("http_status", attempted.exchange().status())
                .addKeyValue("duration_ms", attempted.durationMs())
                .addKeyValue("outcome", attempted.outcome().getClass().getSimpleName());
        if (!attempted.delivered())
            line = line.addKeyValue("max_attempts", delivery.maxAttempts())
                    .addKeyValue("exchange", attempted.exchange().getClass().getSimpleName())
                    .addKeyValue("error", attempted.exchange().error());
        if (attempted.outcome() instanceof Outcome.WillRetry(Instant at))
            line = line.addKeyValue("next_attempt_at", at);
        line.log("Attempted a delivery");
    }
}
