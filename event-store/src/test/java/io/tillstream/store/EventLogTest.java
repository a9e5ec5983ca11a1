package io.tillstream.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.embedded.Servers;
import io.tillstream.events.envelope.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Aggregates' events in a history of 30,000, of which PostgreSQL has no statistics yet, as in a young shop. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventLogTest {
    private static final int EVENTS = 30_000;
    private static final int ASKED_FOR = 8;

    /** Blocks that are read for these few events; from the beginning of history there would be some 10,000. */
    private static final long A_FEW = 400;

    private final TestStore store = new TestStore(Servers.temporary().postgres());
    private final JdbcClient reading = JdbcClient.create(store.reader);

    @BeforeAll
    void history() {
        store.jdbc.sql("alter table events set (autovacuum_enabled = false)").update();
        store.jdbc.sql("""
                        insert into events (event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata, payload)
                        select 'event-' || n, 'tag', md5(n::text)::uuid::text, 0, 'tag.created', '1', '2026-01-01T00:00:00.000Z',
                               '{"actor":"system:test","request_id":"r","correlation_id":"c","causation_id":"c","mode":"live"}',
                               json_build_object('tagId', md5(n::text)::uuid::text, 'at', '2026-01-01T00:00:00Z',
                                                 'name', 'A tag', 'slug', 'tag-' || n)::text
                        from generate_series(1, :events) n
                        """).param("events", EVENTS).update();
    }

    @AfterAll
    void close() {
        store.close();
    }

    @Test
    void tellsWhatAggregatesDidWithoutReadingWhatOthersDid() {
        for (int time = 0; time < 10; time++) { // the fifth time on, a prepared statement has a plan for any values
            List<Envelope> told = new ArrayList<>();
            long before = blocks();
            store.log.tell(lastOnes(), EVENTS, told::add);
            assertThat(blocks() - before).isLessThan(A_FEW);
            assertThat(told).hasSize(ASKED_FOR);
        }
    }

    @Test
    void showsPagesWithoutReadingWhatOthersDid() {
        for (boolean ascending : new boolean[] {true, false})
            for (int time = 0; time < 10; time++) {
                long before = blocks();
                List<Envelope> page =
                        store.log.page(lastOnes(), null, ascending, 1_000).events();
                assertThat(blocks() - before).isLessThan(A_FEW);
                assertThat(page).hasSize(ASKED_FOR);
            }
    }

    private List<UUID> lastOnes() {
        return reading
                .sql("select aggregate_id from events where position > :after")
                .param("after", EVENTS - ASKED_FOR)
                .query(String.class)
                .list()
                .stream()
                .map(UUID::fromString)
                .toList();
    }

    /** What the table and its indexes were read, of the connection that this thread always gets. */
    private long blocks() {
        reading.sql("select pg_stat_force_next_flush()").query().listOfRows();
        return reading.sql(
                        "select heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit from pg_statio_user_tables"
                                + " where relname = 'events'")
                .query(Long.class)
                .single();
    }
}
