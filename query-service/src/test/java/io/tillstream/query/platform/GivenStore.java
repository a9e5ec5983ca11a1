package io.tillstream.query.platform;

import io.tillstream.embedded.Servers;
import io.tillstream.events.Concept;
import io.tillstream.events.Concepts;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.PersonErased;
import io.tillstream.events.State;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.derived.Reference;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Metadata;
import io.tillstream.store.EventLog;
import io.tillstream.store.TestStore;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** A migrated event store, written as the write side does: sealed, with references, though nobody judges those. */
public final class GivenStore implements AutoCloseable {
    private static @Nullable GivenStore shared;

    private final TestStore store = new TestStore(Servers.temporary().postgres());

    /** Its address. */
    public final String url = store.url;

    /** Its owner's connection. */
    public final JdbcClient jdbc = store.jdbc;

    public final EventLog log = store.log;
    final EventJson json = store.json;
    private final Map<UUID, State> states = new HashMap<>();

    GivenStore() {
        jdbc.sql("alter table aggregate_references drop constraint references_target")
                .update();
    }

    /** One for all tests of a JVM that read only what they have written. It stays open. */
    public static synchronized GivenStore shared() {
        GivenStore known = shared;
        if (known == null) shared = known = new GivenStore();
        return known;
    }

    /** Appends an event under a name, which nobody need know; answers its position. */
    synchronized long append(
            String id, String concept, long sequence, String type, Metadata metadata, DomainEvent event) {
        if (event instanceof PersonErased) forget(event.aggregateId());
        ObjectNode payload = json.write(event);
        store.writable.sealing().seal((Record) event, payload);
        refer(concept, event);
        return jdbc.sql("insert into events (event_id, aggregate_type, aggregate_id, sequence, type, revision, time,"
                        + " metadata, payload) values (:event, :concept, :aggregate, :sequence, :type, '1', :time,"
                        + " :metadata, :payload) returning position")
                .params(Map.of(
                        "event",
                        id,
                        "concept",
                        concept,
                        "aggregate",
                        event.aggregateId().toString(),
                        "sequence",
                        sequence,
                        "type",
                        type,
                        "time",
                        EventJson.TIMESTAMP.format(event.at()),
                        "metadata",
                        EventJson.STORED.writeValueAsString(metadata),
                        "payload",
                        payload.toString()))
                .query(Long.class)
                .single();
    }

    private void refer(String concept, DomainEvent event) {
        UUID id = event.aggregateId();
        State before = states.get(id);
        State after = after(Concepts.named(concept), before, event);
        states.put(id, after);
        Derived derived = after.derived();
        if (before != null && before.derived().references().equals(derived.references())) return;
        jdbc.sql("delete from aggregate_references where source = :id")
                .param("id", id)
                .update();
        for (Reference reference : derived.references())
            jdbc.sql("insert into aggregate_references (source, name, target, mode) values (:id, :name, :target, '')")
                    .param("id", id)
                    .param("name", reference.name())
                    .param("target", reference.target())
                    .update();
    }

    private static <S extends State> S after(Concept<S, ?> concept, @Nullable State before, DomainEvent event) {
        return concept.after(before == null ? null : concept.stateType().cast(before), event);
    }

    /** Appends the first event of an aggregate, which no read side is told of. */
    public void append(Mode mode, DomainEvent first) {
        Concept<?, ?> concept = Concepts.ALL.stream()
                .filter(candidate -> candidate.eventType().isInstance(first))
                .findFirst()
                .orElseThrow();
        Metadata metadata = new Metadata("system:test", "r", "c", "c", mode);
        append(
                UUID.randomUUID().toString(),
                concept.name(),
                0,
                json.typeOf(first.getClass()).name(),
                metadata,
                first);
    }

    /** A position that no event will have. */
    long takePosition() {
        return jdbc.sql("select nextval(pg_get_serial_sequence('events', 'position'))")
                .query(Long.class)
                .single();
    }

    /** What is known of a person is gone. */
    public void forget(UUID person) {
        jdbc.sql("delete from person_keys where person_id = :person")
                .param("person", person)
                .update();
    }

    @Override
    public void close() {
        store.close();
    }
}
