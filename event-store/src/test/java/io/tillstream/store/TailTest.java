package io.tillstream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every committed event exactly once, in ascending position, whatever writers do. */
class TailTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @AutoClose
    private final TestStore store = TestStore.alone();

    @Test
    @Timeout(120)
    void missesNothingOfThirtyTwoWritersOfWhichEveryThirdRollsBackLate() throws Exception {
        Set<Long> committed = new ConcurrentSkipListSet<>();
        AtomicBoolean writing = new AtomicBoolean(true);
        List<Future<?>> writers = new ArrayList<>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<Long>> follower = pool.submit(() -> follow(writing, committed));
            for (int writer = 0; writer < 32; writer++) {
                boolean rollsBack = writer % 3 == 0;
                writers.add(pool.submit(() -> {
                    for (int round = 0; round < 40; round++) {
                        List<Long> positions = new ArrayList<>();
                        store.transaction.executeWithoutResult(status -> {
                            UUID aggregate = UUID.randomUUID();
                            positions.add(store.append(aggregate, 0, NOON));
                            positions.add(store.append(aggregate, 1, NOON));
                            if (rollsBack) {
                                store.jdbc.sql("select pg_sleep(0.02)").query().listOfRows();
                                status.setRollbackOnly();
                            }
                        });
                        if (!rollsBack) committed.addAll(positions);
                    }
                }));
            }
            for (Future<?> writer : writers) writer.get();
            writing.set(false);
            assertThat(follower.get()).containsExactlyElementsOf(committed);
        }
    }

    @Test
    @Timeout(60)
    void saysWhetherItReturnedAllThatThereWas() throws Exception {
        store.transaction.executeWithoutResult(status -> {
            for (int i = 0; i < 3; i++) store.append(UUID.randomUUID(), 0, NOON);
        });
        Tail tail = store.log.tailFrom(0);
        assertThat(tail.next(2)).hasSize(2);
        assertThat(tail.atEnd()).as("two of three").isFalse();
        assertThat(tail.next(2)).hasSize(1);
        assertThat(tail.atEnd()).as("the last one").isTrue();
        assertThat(tail.next(2)).isEmpty();
        assertThat(tail.atEnd()).as("nothing more").isTrue();

        String megabytes = "x".repeat((int) StoredEvents.RUN_BYTES / 2);
        store.transaction.executeWithoutResult(status -> {
            for (int i = 0; i < 3; i++) store.append(UUID.randomUUID(), 0, NOON, megabytes);
        });
        assertThat(tail.next(10)).as("as large as a run may be").hasSizeLessThan(3);
        assertThat(tail.atEnd()).isFalse();
        while (tail.position() < store.log.highest()) tail.next(10);
        assertThat(tail.atEnd()).isTrue();

        try (Connection open = store.owner.getConnection();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("select nextval(pg_get_serial_sequence('events', 'position')), pg_current_xact_id()");
            store.transaction.executeWithoutResult(status -> store.append(UUID.randomUUID(), 0, NOON));
            assertThat(tail.next(10)).isEmpty();
            assertThat(tail.atEnd()).as("one is held up").isFalse();
            open.rollback();
        }
    }

    @Test
    @Timeout(60)
    void passesAPositionWhoseTransactionDied() throws Exception {
        try (Connection dying = store.owner.getConnection();
                Statement statement = dying.createStatement()) {
            dying.setAutoCommit(false);
            statement.execute("select nextval(pg_get_serial_sequence('events', 'position')), pg_current_xact_id()");
            store.transaction.executeWithoutResult(status -> store.append(UUID.randomUUID(), 0, NOON));
            Tail tail = store.log.tailFrom(0);
            assertThat(tail.next(10)).isEmpty();
            assertThat(tail.next(10)).isEmpty();
            dying.rollback();
            List<Long> seen = new ArrayList<>();
            while (seen.isEmpty()) tail.next(10).forEach(event -> seen.add(event.position()));
            assertThat(seen).containsExactly(2L);
            assertThat(tail.next(10)).isEmpty();
        }
    }

    @Test
    @Timeout(60)
    void goesOnWhereWhoeverTookAPositionStandsStill() throws Exception {
        StoreSettings.Postgres postgres = store.postgres;
        try (HikariDataSource writer = EventStoreConfiguration.pool(
                        "writer", postgres, postgres.user(), postgres.password(), Duration.ofSeconds(5));
                Connection frozen = writer.getConnection();
                Statement statement = frozen.createStatement()) {
            frozen.setAutoCommit(false);
            statement.execute("select nextval(pg_get_serial_sequence('events', 'position')), pg_current_xact_id()");
            store.transaction.executeWithoutResult(status -> store.append(UUID.randomUUID(), 0, NOON));
            Tail tail = store.log.tailFrom(0);
            assertThat(tail.next(10)).isEmpty();
            List<Long> seen = new ArrayList<>();
            while (seen.isEmpty()) tail.next(10).forEach(event -> seen.add(event.position()));
            assertThat(seen).containsExactly(2L);
            assertThatThrownBy(frozen::commit).isInstanceOf(SQLException.class);
        }
    }

    @Test
    @Timeout(60)
    void crossesManyDeadPositionsWithFewFences() {
        for (int round = 0; round < 50; round++) {
            store.jdbc
                    .sql("select nextval(pg_get_serial_sequence('events', 'position'))")
                    .query(Long.class)
                    .single();
            store.transaction.executeWithoutResult(status -> store.append(UUID.randomUUID(), 0, NOON));
        }
        Tail tail = store.log.tailFrom(0);
        int rounds = 0;
        int seen = 0;
        while (seen < 50) {
            seen += tail.next(100).size();
            rounds++;
        }
        assertThat(rounds).isLessThanOrEqualTo(3);
    }

    /** Reads until the writers are done and nothing has been left for a while. */
    private List<Long> follow(AtomicBoolean writing, Set<Long> committed) {
        Tail tail = store.log.tailFrom(0);
        List<Long> seen = new ArrayList<>();
        boolean more = true;
        while (writing.get() || more) {
            boolean done = !writing.get();
            List<Long> run =
                    tail.next(37).stream().map(event -> event.position()).toList();
            seen.addAll(run);
            more = !done || !run.isEmpty() || seen.size() < committed.size();
        }
        return seen;
    }
}
