package io.tillstream.store;

import com.zaxxer.hikari.HikariDataSource;
import io.tillstream.embedded.PostgresServer;
import io.tillstream.embedded.Servers;
import io.tillstream.events.Concepts;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.tag.TagEvent.TagCreated;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A migrated database of a test's own, and what it takes to append to it without aggregates. */
public final class TestStore implements AutoCloseable {
    private final @Nullable PostgresServer own;
    public final String url;
    public final StoreSettings.Postgres postgres;
    public final HikariDataSource owner;
    public final HikariDataSource reader;
    public final JdbcClient jdbc;
    public final TransactionTemplate transaction;
    public final EventJson json = new EventJson(Concepts.ALL, List.of());
    public final MasterKey master = MasterKey.of(Base64.getEncoder().encodeToString(new byte[32]));
    public final WritableStore writable;

    /** The log as a service reads it: through the role that can only read. */
    public final EventLog log;

    public TestStore(PostgresServer server) {
        this(server, null);
    }

    /** On a server of its own: a transaction that is held open anywhere in a cluster holds its horizon. */
    public static TestStore alone() {
        PostgresServer server = PostgresServer.start(Servers.temporary().newFolder(), 0);
        return new TestStore(server, server);
    }

    private TestStore(PostgresServer server, @Nullable PostgresServer own) {
        this.own = own;
        url = server.newDatabase();
        postgres = new StoreSettings.Postgres(
                url,
                server.user(),
                server.password(),
                "tillstream_reader",
                "reader",
                "tillstream_webhooks",
                "webhooks",
                40);
        owner = EventStoreConfiguration.pool("owner", postgres, postgres.user(), postgres.password());
        Flyway.configure()
                .configuration(EventStoreConfiguration.FLYWAY)
                .dataSource(owner)
                .placeholders(postgres.placeholders())
                .load()
                .migrate();
        reader = EventStoreConfiguration.pool("reader", postgres, postgres.readerUser(), postgres.readerPassword());
        jdbc = JdbcClient.create(owner);
        transaction = new TransactionTemplate(new JdbcTransactionManager(owner));
        writable = new WritableStore(owner, json, master);
        JdbcClient reading = JdbcClient.create(reader);
        log = new EventLog(reading, EventStoreConfiguration.ownTransaction(reader), json, new Sealing(reading, master));
    }

    /** Appends an event as the engine does: transaction id first, then the row. Returns its position. */
    public long append(UUID aggregate, long sequence, Instant at) {
        return append(aggregate, sequence, at, "a tag");
    }

    /** As the other, for a tag with that name. */
    public long append(UUID aggregate, long sequence, Instant at, String name) {
        TagCreated event = new TagCreated(aggregate, at, name, "a-tag");
        AtomicLong position = new AtomicLong();
        Statements statements = writable.statements();
        writable.append(
                statements,
                List.of(new StoredEvent(
                        0,
                        UUID.randomUUID().toString(),
                        "tag",
                        aggregate.toString(),
                        sequence,
                        "tag.created",
                        "1",
                        EventJson.TIMESTAMP.format(at),
                        metadata(),
                        json.write(event).toString())),
                position::set);
        statements.run();
        return position.get();
    }

    private static String metadata() {
        return EventJson.STORED.writeValueAsString(new io.tillstream.events.envelope.Metadata(
                "system:test", "request", "correlation", "causation", Mode.LIVE));
    }

    @Override
    public void close() {
        reader.close();
        owner.close();
        if (own != null) own.kill();
    }
}
