package io.tillstream.store;

import io.tillstream.events.envelope.EventJson;
import java.util.List;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The store as its owner sees it: everything that takes part in the transaction of an append. */
public final class WritableStore {
    private static final String APPEND = "insert into events"
            + " (event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata, payload)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning position";

    private final JdbcTemplate template;
    private final JdbcClient jdbc;
    private final EventLog log;
    private final Sealing sealing;
    private final DerivedRows derived;
    private final Secrets secrets;
    private final IdempotencyAnswers answers;

    public WritableStore(DataSource writer, EventJson json, MasterKey master) {
        template = new JdbcTemplate(writer);
        jdbc = JdbcClient.create(template);
        sealing = new Sealing(jdbc, master);
        log = new EventLog(jdbc, EventStoreConfiguration.ownTransaction(writer), json, sealing);
        derived = new DerivedRows(jdbc, sealing);
        secrets = new Secrets(jdbc, master);
        answers = new IdempotencyAnswers(template, master);
    }

    /** Fails when this store was made with another master key; a new store takes this one. */
    public void adoptMasterKey() {
        sealing.adoptMasterKey();
    }

    /** For what is written in one transaction. */
    public Statements statements() {
        return new Statements(template);
    }

    /**
     * Adds events, in order; their positions are given to them here. The transaction takes its id before its first position: the tail's horizon rests on that.
     *
     * @param position is told each event's
     */
    public void append(Statements statements, List<StoredEvent> events, LongConsumer position) {
        statements.query("select pg_current_xact_id()::text", taken -> {});
        for (StoredEvent event : events)
            statements.query(
                    APPEND,
                    appended -> {
                        appended.next();
                        position.accept(appended.getLong("position"));
                    },
                    event.eventId(),
                    event.aggregateType(),
                    event.aggregateId(),
                    event.sequence(),
                    event.type(),
                    event.revision(),
                    event.time(),
                    event.metadata(),
                    event.payload());
    }

    public JdbcClient jdbc() {
        return jdbc;
    }

    public EventLog log() {
        return log;
    }

    public Sealing sealing() {
        return sealing;
    }

    public DerivedRows derived() {
        return derived;
    }

    public Secrets secrets() {
        return secrets;
    }

    public IdempotencyAnswers answers() {
        return answers;
    }
}
