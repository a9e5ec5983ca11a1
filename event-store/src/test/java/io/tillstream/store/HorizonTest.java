package io.tillstream.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What lies at or below the horizon never changes again. */
@Timeout(120)
class HorizonTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final AtomicInteger connections = new AtomicInteger();
    private final Appended appended = new Appended();

    @AutoClose
    private final TestStore store = TestStore.alone();

    private Horizon horizon;

    @BeforeEach
    void start() {
        var counted = new DelegatingDataSource(store.reader) {
            @Override
            public Connection getConnection() throws SQLException {
                connections.incrementAndGet();
                return super.getConnection();
            }
        };
        JdbcClient jdbc = JdbcClient.create(counted);
        horizon = new Horizon(
                new EventLog(
                        jdbc,
                        EventStoreConfiguration.ownTransaction(counted),
                        store.json,
                        new Sealing(jdbc, store.master)),
                appended);
    }

    @Test
    void showsOnesOwnWrite() throws Exception {
        for (int write = 0; write < 20; write++) {
            long written = append();
            assertThat(horizon.awaitNow(LONG)).isEqualTo(written);
        }
    }

    @Test
    void startsBehindWhatWasThereBefore() throws Exception {
        long last = 0;
        for (int write = 0; write < 20; write++) last = append();
        assertThat(horizon.position()).isZero();
        assertThat(horizon.awaitNow(LONG)).isEqualTo(last);
    }

    @Test
    void staysBelowAnOpenTransactionAndPassesOneThatDied() throws Exception {
        long before = append();
        assertThat(horizon.awaitNow(LONG)).isEqualTo(before);
        try (Connection open = store.owner.getConnection();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("select pg_current_xact_id(), nextval(pg_get_serial_sequence('events', 'position'))");
            long after = append();
            assertThat(horizon.awaitNow(SHORT)).isEqualTo(before);
            assertThat(horizon.awaitAbove(before, SHORT)).isEqualTo(before);
            open.rollback();
            assertThat(horizon.awaitNow(LONG)).isEqualTo(after);
        }
    }

    @Test
    void isNotHeldByATransactionThatTookNoPositionWhereNoneIsMissing() throws Exception {
        append();
        horizon.awaitNow(LONG);
        try (Connection open = store.owner.getConnection();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("select pg_current_xact_id()");
            long after = append();
            assertThat(horizon.awaitNow(LONG)).isEqualTo(after);
            open.rollback();
        }
    }

    @Test
    void nothingAppearsBelowItWhileSixteenWritersWriteAndSomeRollBackLate() throws Exception {
        AtomicBoolean writing = new AtomicBoolean(true);
        record Seen(long horizon, List<Long> positions) {}
        List<Seen> seen = new ArrayList<>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> looker = pool.submit(() -> {
                while (writing.get()) {
                    long at = horizon.awaitAbove(horizon.position(), SHORT);
                    seen.add(new Seen(at, upTo(at)));
                }
                return null;
            });
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 16; writer++) {
                boolean rollsBack = writer % 4 == 0;
                writers.add(pool.submit(() -> {
                    for (int round = 0; round < 30; round++) {
                        store.transaction.executeWithoutResult(status -> {
                            store.append(UUID.randomUUID(), 0, NOON);
                            if (rollsBack) {
                                store.jdbc.sql("select pg_sleep(0.02)").query().listOfRows();
                                status.setRollbackOnly();
                            }
                        });
                        appended.signal();
                    }
                }));
            }
            for (Future<?> writer : writers) writer.get();
            writing.set(false);
            looker.get();
        }
        assertThat(horizon.awaitNow(LONG)).isEqualTo(store.log.highest());
        assertThat(seen).extracting(Seen::horizon).isSorted();
        for (Seen once : seen) assertThat(upTo(once.horizon())).isEqualTo(once.positions());
    }

    @Test
    void isLookedForByOneOfAHundredThatWaitAndByNobodyOtherwise() throws Exception {
        long before = append();
        horizon.awaitNow(LONG);
        List<Future<Long>> waiters = new ArrayList<>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            connections.set(0);
            long started = System.nanoTime();
            for (int waiter = 0; waiter < 100; waiter++)
                waiters.add(pool.submit(() -> horizon.awaitAbove(before, LONG)));
            while (connections.get() < 20) Thread.onSpinWait();
            int made = connections.get(); // before the time is taken: more may follow at any moment
            long looks = Duration.ofNanos(System.nanoTime() - started).dividedBy(Horizon.APART) + 1;
            // a look takes a connection, and two more where a fence is needed
            assertThat(made).isLessThanOrEqualTo((int) (3 * looks));
            long after = append();
            for (Future<Long> waiter : waiters) assertThat(waiter.get()).isEqualTo(after);
        }
        int used = connections.get();
        append();
        Thread.sleep(100); // nothing could be awaited: nobody looks
        assertThat(connections.get()).isEqualTo(used);
    }

    private long append() {
        Long position = store.transaction.execute(status -> store.append(UUID.randomUUID(), 0, NOON));
        return position == null ? 0 : position;
    }

    private List<Long> upTo(long position) {
        return store.jdbc
                .sql("select position from events where position <= :position order by position")
                .param("position", position)
                .query((rs, n) -> rs.getLong(1))
                .list();
    }
}
