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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Turns history into deliveries, in order and once, whoever brings it: one transaction locks the position, drops what is at or
 * below it, numbers and stores the rest for each endpoint as it was at that event, and raises the position.
 */
final class Intake {
    private static final Logger log = LoggerFactory.getLogger(Intake.class);
    private static final int BATCH = 200;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Endpoints endpoints;
    private final Deliveries deliveries;
    private final Partitions partitions;
    private final EventLog events;
    private final int maxAttempts;
    private final Clock clock;
    private volatile long skipTo;

    Intake(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            Endpoints endpoints,
            Deliveries deliveries,
            Partitions partitions,
            EventLog events,
            int maxAttempts,
            Clock clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.partitions = partitions;
        this.events = events;
        this.maxAttempts = maxAttempts;
        this.clock = clock;
    }

    /** How far history was taken in, by any dispatcher. */
    long position() {
        return jdbc.sql("select position from progress").query(Long.class).single();
    }

    /** Whether the event store is the one, and not an older one, whose history was taken in. */
    boolean ofThisHistory() {
        return jdbc.sql("select event_position, event_id from progress where event_id is not null")
                .query((rs, n) -> events.isAt(rs.getLong("event_position"), String.valueOf(rs.getString("event_id"))))
                .optional()
                .orElse(true);
    }

    /** From now on, what is up to a position is numbered and not delivered: it was, before the deliveries were lost. */
    void skipTo(long position) {
        skipTo = position;
    }

    /** Takes a run of history in; answers how many deliveries it made. */
    int take(List<Envelope> run) {
        if (run.isEmpty()) return 0;
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        partitions.make(now);
        Integer made = transaction.execute(status -> {
            long position = jdbc.sql("select position from progress for update")
                    .query(Long.class)
                    .single();
            List<Envelope> fresh = run.stream()
                    .filter(envelope -> envelope.position() > position)
                    .toList();
            if (fresh.isEmpty()) return 0;
            int stored = store(fresh, now);
            jdbc.sql("update progress set position = :position, event_position = :position, event_id = :event")
                    .param("position", fresh.getLast().position())
                    .param("event", fresh.getLast().id())
                    .update();
            return stored;
        });
        return made == null ? 0 : made;
    }

    private int store(List<Envelope> fresh, Instant now) {
        Map<UUID, Endpoint> known = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints.all()) known.put(endpoint.webhook().id(), endpoint);
        boolean anybody = !known.isEmpty() || fresh.stream().anyMatch(one -> one.event() instanceof WebhookCreated);
        Facts facts = Facts.of(anybody ? fresh : List.of(), events);
        Set<UUID> touched = new LinkedHashSet<>();
        List<Delivery> made = new ArrayList<>();
        int stored = 0;
        for (Envelope envelope : fresh) {
            if (envelope.event() instanceof PersonErased erased) {
                stored += flush(made);
                forget(erased.aggregateId());
            }
            if (envelope.event() instanceof WebhookEvent event) {
                // what was made so far belongs to the endpoint as it was
                stored += flush(made);
                follow(event, envelope, known, now);
                touched.add(event.webhookId());
            } else if (anybody && PublicEvents.concerns(envelope.event())) {
                for (Endpoint endpoint : tell(envelope, facts, known.values(), made, now)) {
                    known.put(endpoint.webhook().id(), endpoint);
                    touched.add(endpoint.webhook().id());
                }
                if (made.size() >= BATCH) stored += flush(made);
            }
        }
        stored += flush(made);
        for (UUID id : touched) {
            Endpoint endpoint = known.get(id);
            if (endpoint != null) endpoints.put(endpoint);
        }
        return stored;
    }

    /** What was stored for endpoints before the person was erased, sent or not. */
    private void forget(UUID person) {
        for (Delivery delivery : deliveries.about(person))
            deliveries.redact(delivery.id(), Redaction.of(delivery.body()));
    }

    private int flush(List<Delivery> made) {
        int count = made.size();
        deliveries.store(made);
        made.clear();
        return count;
    }

    private void follow(WebhookEvent event, Envelope envelope, Map<UUID, Endpoint> known, Instant now) {
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
                deliveries.forgive(id);
            }
            case WebhookSuspended _ -> deliveries.hold(id);
            case WebhookDisabled _ -> deliveries.giveUp(id, "The webhook was switched off", now);
            case WebhookDeleted _ -> deliveries.giveUp(id, "The webhook was deleted", now);
            case WebhookCreated _, WebhookDetailsChanged _, WebhookHeadersChanged _, WebhookSecretRotated _ -> {}
        }
    }

    /** Makes the deliveries of one event; answers the endpoints that get one, numbered on. */
    private List<Endpoint> tell(
            Envelope envelope, Facts facts, Iterable<Endpoint> known, List<Delivery> made, Instant now) {
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
            if (envelope.position() > skipTo) made.add(delivery(webhook, mode, number, envelope, event, now));
        }
        return numbered;
    }

    private Delivery delivery(Webhook webhook, Mode mode, long number, Envelope envelope, Told event, Instant now) {
        boolean held = !webhook.isActive();
        return new Delivery(
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
                0,
                0,
                maxAttempts,
                held ? null : now,
                null,
                null,
                null,
                null,
                null,
                now,
                null);
    }
}
