package io.tillstream.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.embedded.Servers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;

class StatementsTest {
    private final TestStore store = new TestStore(Servers.temporary().postgres());
    private final JdbcTemplate jdbc = new JdbcTemplate(store.owner);
    private final Statements statements = new Statements(jdbc);

    @BeforeEach
    void create() {
        jdbc.execute("create table things (id int primary key, name text)");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private List<String> names() {
        return store.jdbc
                .sql("select coalesce(name, '-') as name from things order by id")
                .query((rs, n) -> String.valueOf(rs.getString("name")))
                .list();
    }

    private List<String> namesSeenByAnother() {
        return requireNonNull(
                EventStoreConfiguration.ownTransaction(store.owner).execute(status -> names()));
    }

    @Test
    void runInOrderAndSeeWhatTheOnesBeforeDid() {
        List<Integer> counts = new ArrayList<>();
        List<String> read = new ArrayList<>();
        statements.change("insert into things values (?, ?), (?, ?)", counts::add, 1, "one", 2, null);
        statements.query("select name from things order by id", rows -> {
            while (rows.next()) read.add(String.valueOf(rows.getString("name")));
        });
        statements.change("update things set name = ? where name is null", counts::add, "two");
        statements.change("delete from things where id = ?", counts::add, 7);
        assertThat(names()).as("nothing before they are run").isEmpty();

        statements.run();

        assertThat(counts).containsExactly(2, 1, 0);
        assertThat(read).containsExactly("one", "null");
        assertThat(names()).containsExactly("one", "two");
        statements.run();
        assertThat(counts).as("each once").hasSize(3);
    }

    @Test
    void leaveNothingWhereOneFails() {
        statements.change("insert into things values (?, ?)", 1, "one");
        statements.change("insert into things values (?, ?)", 1, "another");
        assertThatThrownBy(() -> store.transaction.executeWithoutResult(status -> statements.run()))
                .isInstanceOf(DuplicateKeyException.class)
                .hasCauseInstanceOf(SQLException.class);
        assertThat(names()).isEmpty();
    }

    /** Before the driver prepares them on the server and after it. */
    @Test
    void areATransactionByThemselvesWhereThereIsNone() {
        for (int i = 0; i < 20; i++) {
            statements.change("insert into things values (?, ?)", 1, "one");
            statements.query("select pg_current_xact_id()::text", rows -> {});
            statements.change("insert into things values (?, ?)", 1, "another");
            assertThatThrownBy(statements::run).isInstanceOf(DuplicateKeyException.class);
            assertThat(names()).isEmpty();
        }
        List<String> transactions = new ArrayList<>();
        for (int i = 0; i < 2; i++)
            statements.query("select pg_current_xact_id()::text", rows -> {
                while (rows.next()) transactions.add(String.valueOf(rows.getString(1)));
            });
        statements.run();
        assertThat(transactions).hasSize(2);
        assertThat(Set.copyOf(transactions)).hasSize(1);
    }

    @Test
    void leaveNothingWhereAnOutcomeIsRefused() {
        statements.change("insert into things values (?, ?)", 1, "one");
        statements.change(
                "delete from things where id = ?",
                rows -> {
                    if (rows == 0) throw new IllegalStateException("nothing to delete");
                },
                7);
        statements.change("insert into things values (?, ?)", 2, "two");
        assertThatThrownBy(() -> store.transaction.executeWithoutResult(status -> statements.run()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(names()).isEmpty();
    }

    @Test
    void committedWithTheRestAreSeenBeforeTheTransactionsOwnerCommits() {
        List<Integer> counts = new ArrayList<>();
        store.transaction.executeWithoutResult(status -> {
            jdbc.update("insert into things values (1, 'before')");
            statements.change("insert into things values (?, ?)", counts::add, 2, "with it");
            statements.runAndCommit();
            assertThat(counts).containsExactly(1);
            assertThat(namesSeenByAnother()).containsExactly("before", "with it");
            assertThatThrownBy(() -> statements.change("delete from things", counts::add))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("The transaction is committed");
        });
        assertThat(names()).containsExactly("before", "with it");
    }

    @Test
    void goWithTheBeginningAndTheCommitInOneRoundTrip() {
        statements.change("insert into things values (?, ?)", 1, "one");
        statements.query("select id from things", rows -> {});
        statements.require("update things set name = ? where id = ?", IllegalStateException::new, "two", 1);
        assertThat(RoundTrips.of(() -> store.transaction.executeWithoutResult(status -> statements.runAndCommit())))
                .isEqualTo(1);
        assertThat(names()).containsExactly("two");
    }

    @Test
    void endTheTransactionWhereAConditionDoesNotHold() {
        statements.change("insert into things values (?, ?)", 1, "one");
        statements.requireThat("? = 1", IllegalStateException::new, 1);
        statements.requireThat("exists (select from things where id = ?)", IllegalArgumentException::new, 2);
        assertThatThrownBy(() -> store.transaction.executeWithoutResult(status -> statements.runAndCommit()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(names()).isEmpty();
    }

    @Test
    void leaveTheCommitToTheTransactionsOwnerWhereThereAreNone() {
        store.transaction.executeWithoutResult(status -> {
            jdbc.update("insert into things values (1, 'before')");
            statements.runAndCommit();
            assertThat(namesSeenByAnother()).isEmpty();
        });
        assertThat(names()).containsExactly("before");
    }

    /**
     * Before the driver prepares them on the server and after it. Of a thousand it reads answers before it sends the rest: by then
     * the transaction has failed, and a commit would be a rollback.
     */
    @ParameterizedTest
    @ValueSource(ints = {3, 1_000})
    void commitNothingWhereOneOfThemFails(int many) {
        for (int i = 0; i < 10; i++) {
            Statements failing = new Statements(jdbc);
            failing.change("insert into things values (?, ?)", 1, "one");
            for (int id = 1; id < many; id++) failing.change("insert into things values (?, ?)", id, "again or more");
            assertThatThrownBy(() -> store.transaction.executeWithoutResult(status -> failing.runAndCommit()))
                    .isInstanceOf(DuplicateKeyException.class);
            assertThat(names()).isEmpty();
        }
    }

    @Test
    void commitsWhatWasRunBefore() {
        store.transaction.executeWithoutResult(status -> {
            statements.change("insert into things values (?, ?)", 1, "one");
            statements.run();
            assertThat(namesSeenByAnother()).isEmpty();
            statements.runAndCommit();
            assertThat(namesSeenByAnother()).containsExactly("one");
        });
    }

    /** A violation that is found at the commit alone. */
    @Test
    void areNotCommittedWhereTheCommitFails() {
        jdbc.execute("create table parts (of_thing int references things deferrable initially deferred)");
        statements.change("insert into things values (?, ?)", 1, "one");
        statements.change("insert into parts values (?)", 2);
        assertThatThrownBy(() -> store.transaction.executeWithoutResult(status -> statements.runAndCommit()))
                .isInstanceOf(DataIntegrityViolationException.class);
        assertThat(names()).isEmpty();
    }

    /** Each in a batch of its own, and before the driver prepares them on the server as after it. */
    @Test
    void saysWhichOneDidNotChangeWhatItHadTo() {
        for (int i = 0; i < 20; i++) {
            for (int missing = 0; missing < 3; missing++) {
                Statements requiring = new Statements(jdbc);
                requiring.change("insert into things values (?, ?)", 1, "one");
                for (int which = 0; which < 3; which++) {
                    String name = "no " + which;
                    requiring.require(
                            "update things set name = ? where id = ?",
                            () -> new IllegalArgumentException(name),
                            name,
                            which < missing ? 1 : 7);
                }
                assertThatThrownBy(() -> store.transaction.executeWithoutResult(status -> requiring.runAndCommit()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("no " + missing);
                assertThat(names()).isEmpty();
            }
        }
        statements.require("insert into things values (?, ?)", IllegalStateException::new, 1, "one");
        statements.run();
        assertThat(names()).containsExactly("one");
    }

    /** Before the driver prepares them on the server and after it. */
    @Test
    void doTheSameEachTime() {
        for (int i = 0; i < 20; i++) {
            int id = i;
            List<Integer> counts = new ArrayList<>();
            statements.change("insert into things values (?, ?)", counts::add, id, i % 3 == 0 ? null : "n" + i);
            statements.query(
                    "select count(*) from things where id <= ?",
                    rows -> {
                        rows.next();
                        counts.add(rows.getInt(1));
                    },
                    id);
            statements.change("delete from claims where aggregate_id = ?", counts::add, UUID.randomUUID());
            statements.run();
            assertThat(counts).containsExactly(1, i + 1, 0);
        }
    }
}
