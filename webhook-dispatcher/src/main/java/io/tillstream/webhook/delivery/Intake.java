package io.tillstream.webhook.delivery;

import io.tillstream.events.Mode;
import io.tillstream.events.PersonErased;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookEvent;
import io.tillstream.events.webhook.WebhookEvent.WebhookCreated;
import io.tillstream.events.webhook.WebhookEvent.WebhookDeleted;
import io.tillstream.events.webhook.WebhookEvent.WebhookDetailsChanged;
import io.tillstream.events.webhook.WebhookEvent.WebhookDisabled;
import io.tillstream.events.webhook.WebhookEvent.WebhookEnabled;
import io.tillstream.events.webhook.WebhookEvent.WebhookHeadersChanged;
import io.tillstream.events.webhook.WebhookEvent.WebhookSecretRotated;
import io.tillstream.events.webhook.WebhookEvent.WebhookSuspended;
import io.tillstream.store.EventLog;
import io.tillstream.store.Statements;
import io.tillstream.webhook.delivery.DeliveryQueue.Claimed;
import io.tillstream.webhook.endpoint.Endpoints;
import io.tillstream.webhook.endpoint.Endpoints.Endpoint;
import io.tillstream.webhook.payload.Customization;
import io.tillstream.webhook.payload.Facts;
import io.tillstream.webhook.payload.PublicEvents;
import io.tillstream.webhook.payload.Redaction;
import io.tillstream.webhook.payload.Told;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Turns history into deliveries, in order and once, whoever brings it: one transaction locks the position, drops what is at or
 * below it, numbers and stores the rest for each endpoint as it was at that event, and raises the position.
 */
final class Intake {
    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private final JdbcClient jdbc;
    private final JdbcTemplate template;
    private final TransactionTemplate transaction;
    private final Endpoints endpoints;
    private final Deliveries deliveries;
    private final Partitions partitions;
    private final EventLog events;
    private final Sending sending;
    private final int maxAttempts;
    private final Clock clock;
    private volatile long skipTo;

    Intake(
            JdbcTemplate template,
            TransactionTemplate transaction,
            Endpoints endpoints,
            Deliveries deliveries,
            Partitions partitions,
            EventLog events,
            Sending sending,
            int maxAttempts,
            Clock clock) {
        this.jdbc = JdbcClient.create(template);
        this.template = template;
        this.transaction = transaction;
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.partitions = partitions;
        this.events = events;
        this.sending = sending;
        this.maxAttempts = maxAttempts;
        this.clock = clock;
    }

    /** How far history was taken in, by any dispatcher. */
    long position() {
        return jdbc.sql("select position from taken_in").query(Long.class).single();
    }

    /** Whether the event store is the one, and not an older one, whose history was taken in. */
    boolean ofThisHistory() {
        return jdbc.sql("select event_position, event_id from taken_in where event_id is not null")
                .query((rs, n) -> events.isAt(rs.getLong("event_position"), String.valueOf(rs.getString("event_id"))))
                .optional()
                .orElse(true);
    }

    /** From now on, what is up to a position is numbered and not delivered: it was, before the deliveries were lost. */
    void skipTo(long position) {
        skipTo = position;
    }

    /**
     * What a run of history was made.
     *
     * @param leased deliveries that this instance sends without claiming them
     * @param queued the endpoints of those that are to be claimed
     */
    record Taken(List<Claimed> leased, Set<UUID> queued) {
        private static final Taken NOTHING = new Taken(List.of(), Set.of());
    }

    /** Takes a run of history in. */
    Taken take(List<Envelope> run) {
        if (run.isEmpty()) return Taken.NOTHING;
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        partitions.make(now);
        Taken taken = transaction.execute(status -> {
            Statements statements = new Statements(template);
            List<Long> positions = new ArrayList<>();
            statements.query("select position from taken_in for update", rows -> {
                while (rows.next()) positions.add(rows.getLong(1));
            });
            Map<UUID, Endpoint> known = new LinkedHashMap<>();
            endpoints.all(statements, endpoint -> known.put(endpoint.webhook().id(), endpoint));
            statements.run();
            long position = positions.getFirst();
            List<Envelope> fresh = run.stream()
                    .filter(envelope -> envelope.position() > position)
                    .toList();
            if (fresh.isEmpty()) return Taken.NOTHING;
            Taken stored = store(fresh, known, now, statements);
            Envelope last = fresh.getLast();
            statements.change(
                    "update taken_in set position = ?, event_position = ?, event_id = ?",
                    last.position(),
                    last.position(),
                    last.id());
            statements.runAndCommit();
            return stored;
        });
        return taken == null ? Taken.NOTHING : taken;
    }

    /** What is stored last waits among the statements. */
    private Taken store(List<Envelope> fresh, Map<UUID, Endpoint> known, Instant now, Statements statements) {
        boolean anybody = !known.isEmpty() || fresh.stream().anyMatch(one -> one.event() instanceof WebhookCreated);
        Facts facts = anybody ? Facts.of(fresh, fresh, events) : Facts.NONE;
        Set<UUID> numbered = new LinkedHashSet<>();
        Set<UUID> forgiven = new TreeSet<>();
        Made made = new Made(fresh.stream().noneMatch(Intake::changesWhatIsSent), now, statements);
        for (Envelope envelope : fresh) {
            if (changesWhatIsSent(envelope)) {
                made.flush(); // belongs to the endpoint as it was
                statements.run();
            }
            if (envelope.event() instanceof PersonErased erased) forget(erased.aggregateId());
            if (envelope.event() instanceof WebhookEvent event) follow(event, envelope, known, forgiven, now);
            else if (anybody && PublicEvents.concerns(envelope.event())) {
                for (Endpoint endpoint : tell(envelope, facts, known.values(), made, now)) {
                    known.put(endpoint.webhook().id(), endpoint);
                    numbered.add(endpoint.webhook().id());
                }
            }
        }
        made.flush();
        if (!forgiven.isEmpty()) {
            statements.run();
            forgiven.forEach(deliveries::forgive); // last, as whoever records locks: the queue, deliveries, health
        }
        endpoints.number(numbered.stream().map(known::get).toList(), statements);
        return new Taken(made.leased, made.queued);
    }

    /** Whether it may concern deliveries that were made before it, which are looked up in the queue then. */
    private static boolean changesWhatIsSent(Envelope envelope) {
        return envelope.event() instanceof WebhookEvent || envelope.event() instanceof PersonErased;
    }

    /** The deliveries of a run, which are stored some at a time, each leased to this instance where it may send it at once. */
    private final class Made {
        private final boolean leasing;
        private final Instant leaseEnd;
        private final int roomInAll;
        private final List<Delivery> deliveries = new ArrayList<>();
        private final Map<UUID, Instant> leases = new HashMap<>();
        private final Map<UUID, Integer> room = new HashMap<>();
        private final List<Claimed> leased = new ArrayList<>();
        private final Set<UUID> queued = new HashSet<>();
        private final Statements statements;
        private long characters;

        Made(boolean leasing, Instant now, Statements statements) {
            this.leasing = leasing;
            this.statements = statements;
            this.leaseEnd = sending.leaseEnd(now);
            this.roomInAll = sending.roomForNew();
        }

        void add(Delivery delivery, Webhook webhook) {
            deliveries.add(delivery);
            characters += delivery.body().length();
            lease(delivery, webhook);
            if (!Deliveries.enough(deliveries.size(), characters)) return;
            flush();
            statements.run();
        }

        private void lease(Delivery delivery, Webhook webhook) {
            if (delivery.status() != Status.PENDING) return;
            boolean plain = !webhook.details().inOrder() && webhook.details().rateLimit() == null;
            int left = leasing && plain ? room.computeIfAbsent(webhook.id(), sending::roomForNew) : 0;
            if (left == 0 || leased.size() >= roomInAll || queued.contains(webhook.id())) {
                queued.add(webhook.id());
                return;
            }
            room.put(webhook.id(), left - 1);
            leases.put(delivery.id(), leaseEnd);
            leased.add(new Claimed(delivery, leaseEnd, webhook));
        }

        void flush() {
            Intake.this.deliveries.store(deliveries, leases, statements);
            deliveries.clear();
            characters = 0;
        }
    }

    /** What was stored for endpoints before the person was erased, sent or not. */
    private void forget(UUID person) {
        for (Delivery delivery : deliveries.about(person))
            deliveries.redact(delivery.id(), Redaction.of(delivery.event(), delivery.body()));
    }

    private void follow(
            WebhookEvent event, Envelope envelope, Map<UUID, Endpoint> known, Set<UUID> forgiven, Instant now) {
        UUID id = event.webhookId();
        Endpoint before = known.get(id);
        if (before == null && !(event instanceof WebhookCreated)) {
            log.error("Webhook {} has no beginning: {} is passed over", id, envelope.type());
            return;
        }
        Webhook after = Webhook.after(before == null ? null : before.webhook(), event);
        Endpoint next = before == null
                ? new Endpoint(after, envelope.metadata().mode(), envelope.position(), 0)
                : before.after(after, envelope.position());
        known.put(id, next);
        endpoints.put(next);
        switch (event) {
            case WebhookEnabled _ -> {
                deliveries.release(id, now);
                forgiven.add(id);
            }
            case WebhookSuspended _ -> deliveries.hold(id);
            case WebhookDisabled _ -> deliveries.giveUp(id, now);
            case WebhookDeleted _ -> {} // its row says so, and what is left of its log is removed
            case WebhookDetailsChanged _ -> {
                // how another receiver did
                if (before != null
                        && !before.webhook()
                                .details()
                                .url()
                                .equals(after.details().url())) forgiven.add(id);
            }
            case WebhookCreated _, WebhookHeadersChanged _, WebhookSecretRotated _ -> {}
        }
    }

    /** Makes the deliveries of one event; answers the endpoints that get one, numbered on. */
    private List<Endpoint> tell(Envelope envelope, Facts facts, Iterable<Endpoint> known, Made made, Instant now) {
        Optional<Told> told;
        try {
            told = PublicEvents.of(envelope, facts);
        } catch (RuntimeException e) {
            log.error("Nobody is told of {} at position {}", envelope.type(), envelope.position(), e);
            return List.of();
        }
        if (told.isEmpty()) return List.of();
        Told event = told.get();
        Mode mode = envelope.metadata().mode();
        List<Endpoint> numbered = new ArrayList<>();
        for (Endpoint endpoint : known) {
            Webhook webhook = endpoint.webhook();
            boolean kept = webhook.isActive() || webhook.suspended();
            if (endpoint.mode() != mode || webhook.deleted() || !kept) continue;
            if (!webhook.details().wants(event.name(), event.products())) continue;
            long number = endpoint.lastNumber() + 1;
            numbered.add(endpoint.numbered(number));
            if (envelope.position() > skipTo) made.add(delivery(webhook, mode, number, envelope, event, now), webhook);
        }
        return numbered;
    }

    private Delivery delivery(Webhook webhook, Mode mode, long number, Envelope envelope, Told event, Instant now) {
        boolean held = !webhook.isActive();
        return Delivery.unsent(
                Ids.at(now),
                webhook.id(),
                mode.wire(),
                number,
                envelope.id(),
                event.name().wire(),
                event.person(),
                Customization.body(event.name().wire(), event.at(), event.data(), webhook.details())
                        .toString(),
                held ? Status.HELD : Status.PENDING,
                maxAttempts,
                held ? null : now,
                now,
                null);
    }
}
