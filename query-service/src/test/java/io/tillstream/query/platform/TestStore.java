package io.tillstream.query.platform;

import com.zaxxer.hikari.HikariDataSource;
import io.tillstream.embedded.PostgresServer;
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
import io.tillstream.store.EventStoreConfiguration;
import io.tillstream.store.MasterKey;
import io.tillstream.store.StoreSettings;
import io.tillstream.store.WritableStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** A migrated event store, written as the write side does: sealed, with references, though nobody judges those. */
public final class TestStore implements AutoCloseable {
    private static @Nullable TestStore shared;

    /** Its address. */
    public final String url;

    /** Its owner's connection. */
    public final JdbcClient jdbc;

    public final EventLog log;
    final EventJson json = new EventJson(Concepts.ALL, List.of());
    private final WritableStore writable;
    private final HikariDataSource owner;
    private final Map<UUID, State> states = new HashMap<>();

    TestStore() {
        PostgresServer server = Servers.temporary().postgres();
        url = server.newDatabase();
        StoreSettings.Postgres postgres = new StoreSettings.Postgres(
                url,
                server.user(),
                server.password(),
                "tillstream_reader",
                "reader",
                "tillstream_webhooks",
                "webhooks",
                4);
        owner = EventStoreConfiguration.pool("owner", postgres, postgres.user(), postgres.password());
        Flyway.configure()
                .dataSource(owner)
                .placeholders(postgres.placeholders())
                .load()
                .migrate();
        jdbc = JdbcClient.create(owner);
        jdbc.sql("alter table aggregate_references drop constraint references_target")
                .update();
        writable =
                new WritableStore(owner, json, MasterKey.of(Base64.getEncoder().encodeToString(new byte[32])));
        log = writable.log();
    }

    /** One for all tests of a JVM that read only what they have written. It stays open. */
    public static synchronized TestStore shared() {
        TestStore known = shared;
        if (known == null) shared = known = new TestStore();
        return known;
    }

    /** Appends an event under a name, which nobody need know; answers its position. */
    synchronized long append(
            String id, String concept, long sequence, String type, Metadata metadata, DomainEvent event) {
        if (event instanceof PersonErased) forget(event.aggregateId());
        ObjectNode payload = json.write(event);
        writable.sealing().seal((Record) event, payload);
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
        owner.close();
    }
}
