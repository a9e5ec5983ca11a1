package io.tillstream.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Pages of a history of 60,000 events, most of them much alike. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventPagesTest {
    private static final int EVENTS = 60_000;
    private static final UUID AGGREGATE = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final String ADMIN = "admin:0199c0de-0000-7000-8000-0000000000ad";

    private final TestStore store = new TestStore(Servers.temporary().postgres());
    private final JdbcClient reading = JdbcClient.create(store.reader);
    private final List<StoredEvent> all = new ArrayList<>();
    private final EventPages pages = new EventPages(store.log);

    /** One event of each kind in every so many, by position; what isn't said is a live tag's rename by a key. */
    @BeforeAll
    void history() {
        // else what it reads is counted too
        store.jdbc.sql("alter table events set (autovacuum_enabled = false)").update();
        store.jdbc
                .sql("""
                        insert into events (event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata, payload)
                        select 'event-' || n,
                               case when n % 20000 = 7 then 'admin' when n % 3 = 0 then 'product' else 'tag' end,
                               case when n % 15000 = 5 then :aggregate else md5(n::text)::uuid::text end, n,
                               case when n % 20000 = 7 then 'admin.added' when n % 3 = 0 then 'product.activated'
                                    when n % 10000 = 8 then 'tag.deleted' else 'tag.changed' end,
                               '1',
                               to_char(timestamp '2026-01-01' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'),
                               json_build_object(
                                   'actor', case when n < 30 then :admin else 'api_key:0199c0de-0000-7000-8000-0000000000ff' end,
                                   'request_id', 'request-' || n / 2,
                                   'correlation_id', case when n % 30000 = 11 then 'cause' else 'request-' || n / 2 end,
                                   'causation_id', 'c',
                                   'mode', case when n % 20000 = 7 then 'shop' when n % 12000 = 9 then 'test' else 'live' end)::text,
                               '{"padding":"' || repeat('x', 200) || '"}'
                        from generate_series(1, :events) n
                        """)
                .params(Map.of("aggregate", AGGREGATE.toString(), "admin", ADMIN, "events", EVENTS))
                .update();
        store.jdbc.sql("vacuum analyze events").update();
        all.addAll(run(EventFilter.everything(), 0, EVENTS));
    }

    @AfterAll
    void close() {
        store.close();
    }

    record Case(Map<String, String> filters, Set<Mode> modes, Predicate<Long> matches) {
        @Override
        public String toString() {
            return filters + " of " + modes;
        }

        EventFilter filter() {
            return EventFilter.of(modes, filters::get);
        }

        List<Long> expected() {
            return LongStream.rangeClosed(1, EVENTS).boxed().filter(this::shows).toList();
        }

        private boolean shows(long n) {
            Mode mode = n % 20_000 == 7 ? Mode.SHOP : n % 12_000 == 9 ? Mode.TEST : Mode.LIVE;
            return (modes.isEmpty() || modes.contains(mode)) && matches.test(n);
        }
    }

    static Stream<Case> cases() {
        Set<Mode> live = EnumSet.of(Mode.LIVE, Mode.SHOP);
        Set<Mode> test = EnumSet.of(Mode.TEST, Mode.SHOP);
        return Stream.of(
                new Case(Map.of(), test, n -> true),
                new Case(Map.of("type", "tag.deleted"), live, n -> n % 10_000 == 8 && n % 3 != 0),
                new Case(Map.of("type", "product.*"), test, n -> n % 3 == 0 && n % 20_000 != 7),
                new Case(
                        Map.of("type", "admin.*,tag.deleted,admin.added"),
                        live,
                        n -> n % 20_000 == 7 || (n % 10_000 == 8 && n % 3 != 0)),
                new Case(Map.of("aggregate_type", "admin"), live, n -> n % 20_000 == 7),
                new Case(Map.of("aggregate_id", AGGREGATE.toString()), live, n -> n % 15_000 == 5),
                new Case(Map.of("actor", ADMIN), live, n -> n < 30),
                new Case(Map.of("request_id", "request-20000"), live, n -> n / 2 == 20_000),
                new Case(Map.of("correlation_id", "cause"), live, n -> n % 30_000 == 11),
                new Case(Map.of("correlation_id", "request-20000"), live, n -> n / 2 == 20_000 && n % 30_000 != 11),
                new Case(
                        Map.of("from", "2026-01-01T10:00:00Z", "to", "2026-01-01T11:00:10+01:00"),
                        live,
                        n -> n >= 36_000 && n < 36_010),
                new Case(Map.of("type", "tag.unheard_of"), live, n -> false),
                new Case(Map.of("request_id", "nobody"), Set.of(), n -> false),
                new Case(Map.of("type", "tag.deleted", "actor", ADMIN), live, n -> n == 8));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void showsWhatMatchesOnceAndInOrder(Case which) {
        assertThat(inPages(which.filter(), true, 7)).isEqualTo(which.expected());
        assertThat(inPages(which.filter(), false, 7)).isEqualTo(which.expected().reversed());
        assertThat(positions(run(which.filter(), 0, EVENTS))).isEqualTo(which.expected());
        assertThat(positions(all.stream().filter(which.filter()::matches).toList()))
                .isEqualTo(which.expected());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readsAboutAsMuchAsItShows(Case which) {
        for (boolean ascending : new boolean[] {true, false}) {
            long before = blocks();
            pages.page(which.filter(), 0, EVENTS, 20, ascending);
            assertThat(blocks() - before)
                    .as(which + (ascending ? " asc" : " desc"))
                    .isLessThan(400);
        }
    }

    @Test
    void showsNothingBeyondItsBounds() {
        EventFilter everything = EventFilter.everything();
        assertThat(positions(pages.page(everything, 10, 14, 100, true))).containsExactly(11L, 12L, 13L, 14L);
        assertThat(positions(pages.page(everything, 10, 14, 2, false))).containsExactly(14L, 13L);
        assertThat(positions(pages.run(everything, 10, 14, 3))).containsExactly(11L, 12L, 13L);
    }

    /** What this database's tables and indexes were read, in blocks of 8 KiB; the whole of it has about 4,000. */
    private long blocks() {
        // of the connection that this thread always gets
        reading.sql("select pg_stat_force_next_flush()").query().listOfRows();
        return reading.sql(
                        "select heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit from pg_statio_user_tables"
                                + " where relname = 'events'")
                .query(Long.class)
                .single();
    }

    private List<Long> inPages(EventFilter filter, boolean ascending, int limit) {
        List<Long> seen = new ArrayList<>();
        while (true) {
            long after = ascending && !seen.isEmpty() ? seen.getLast() : 0;
            long upTo = ascending || seen.isEmpty() ? EVENTS : seen.getLast() - 1;
            List<Long> page = positions(pages.page(filter, after, upTo, limit, ascending));
            seen.addAll(page);
            if (page.size() < limit || seen.size() > EVENTS) return seen;
            if (seen.size() > 300) { // enough of a common one
                List<Long> rest =
                        positions(run(filter, ascending ? seen.getLast() : 0, ascending ? EVENTS : seen.getLast() - 1));
                seen.addAll(ascending ? rest : rest.reversed());
                return seen;
            }
        }
    }

    /** All of a filter, which may be more than is read at a time. */
    private List<StoredEvent> run(EventFilter filter, long after, long upTo) {
        List<StoredEvent> all = new ArrayList<>();
        long reached = after;
        EventRun run;
        do {
            run = pages.run(filter, reached, upTo, EVENTS);
            all.addAll(run.events());
            reached = run.reached(upTo);
        } while (run.more());
        return all;
    }

    private static List<Long> positions(EventRun run) {
        return positions(run.events());
    }

    private static List<Long> positions(List<StoredEvent> rows) {
        return rows.stream().map(StoredEvent::position).toList();
    }
}
