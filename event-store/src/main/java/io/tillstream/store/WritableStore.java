package io.tillstream.store;

import io.tillstream.events.envelope.EventJson;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The store as its owner sees it: everything that takes part in the transaction of an append. */
public final class WritableStore {
    private final JdbcClient jdbc;
    private final EventLog log;
    private final Sealing sealing;
    private final DerivedRows derived;
    private final Secrets secrets;
    private final IdempotencyAnswers answers;

    public WritableStore(DataSource writer, EventJson json, MasterKey master) {
        jdbc = JdbcClient.create(writer);
        sealing = new Sealing(jdbc, master);
        log = new EventLog(jdbc, EventStoreConfiguration.ownTransaction(writer), json, sealing);
        derived = new DerivedRows(jdbc, sealing);
        secrets = new Secrets(jdbc, master);
        answers = new IdempotencyAnswers(jdbc, master);
    }

    /** Fails when this store was made with another master key; a new store takes this one. */
    public void adoptMasterKey() {
        sealing.adoptMasterKey();
    }

    /** Makes PostgreSQL assign this transaction its id, if it has none yet. */
    public void takeTransactionId() {
        jdbc.sql("select pg_current_xact_id()::text").query(String.class).single();
    }

    /** The last position that this transaction's connection took. */
    public long lastPosition() {
        return jdbc.sql("select currval(pg_get_serial_sequence('events', 'position'))")
                .query(Long.class)
                .single();
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
