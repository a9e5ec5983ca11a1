package io.tillstream.store;

import static java.util.Objects.requireNonNull;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Statements of one transaction that wait, so that several of them cost one round trip. They run in the order in which they were
 * added; the second and later ones see what the ones before did, each by a snapshot of its own. Not thread-safe.
 */
public final class Statements {
    private interface Outcome {
        void of(PreparedStatement statement) throws SQLException;
    }

    /** Takes what a statement returned. */
    @FunctionalInterface
    public interface Rows {
        void read(ResultSet rows) throws SQLException;
    }

    private record Added(
            String sql,
            Outcome outcome,
            @Nullable Supplier<RuntimeException> otherwise,
            List<@Nullable Object> parameters) {}

    /** Of V8's function. */
    private static final String NOTHING_CHANGED = "TS001";

    private final JdbcTemplate jdbc;
    private final List<Added> added = new ArrayList<>();
    private boolean ran;
    private boolean committed;

    /** On the connections of one pool. */
    public Statements(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds one that changes rows; who wants to know how many is told by {@link #run}, and may throw. */
    public void change(String sql, IntConsumer changed, @Nullable Object... parameters) {
        add(sql, statement -> changed.accept(statement.getUpdateCount()), null, parameters);
    }

    /** As the other, whatever comes of it. */
    public void change(String sql, @Nullable Object... parameters) {
        add(sql, statement -> {}, null, parameters);
    }

    /**
     * Adds one that must change a row. PostgreSQL ends the transaction where it doesn't, so that nothing behind it happens, not
     * even the commit. In the event store's schema only, which has a function for that.
     *
     * @param otherwise what is thrown then
     */
    public void require(String sql, Supplier<RuntimeException> otherwise, @Nullable Object... parameters) {
        add(
                "with changed as (" + sql + " returning true) select must_change((select count(*) from changed), ?)",
                statement -> {},
                otherwise,
                withIndex(parameters));
    }

    /**
     * Adds a condition that must hold, as {@link #require} does with a change.
     *
     * @param condition an expression of SQL
     */
    public void requireThat(String condition, Supplier<RuntimeException> otherwise, @Nullable Object... parameters) {
        add("select must_change((" + condition + ")::integer, ?)", statement -> {}, otherwise, withIndex(parameters));
    }

    private @Nullable Object[] withIndex(@Nullable Object... parameters) {
        @Nullable Object[] all = Arrays.copyOf(parameters, parameters.length + 1);
        all[parameters.length] = added.size();
        return all;
    }

    /** Adds one that returns rows. */
    public void query(String sql, Rows rows, @Nullable Object... parameters) {
        add(
                sql,
                statement -> {
                    try (ResultSet returned = statement.getResultSet()) {
                        rows.read(returned);
                    }
                },
                null,
                parameters);
    }

    private void add(
            String sql,
            Outcome outcome,
            @Nullable Supplier<RuntimeException> otherwise,
            @Nullable Object... parameters) {
        if (committed) throw new IllegalStateException("The transaction is committed: " + sql);
        added.add(new Added(sql, outcome, otherwise, Arrays.asList(parameters)));
    }

    /**
     * Runs what waits: all of it, or the transaction is to be rolled back. Where there is none, they are one by themselves, unless one
     * returns text, before which the driver may commit, or an outcome throws.
     */
    public void run() {
        if (added.isEmpty()) return;
        List<Added> all = List.copyOf(added);
        added.clear();
        ran = true;
        try {
            run(all);
        } catch (DataAccessException e) {
            throw meaning(e, all);
        }
    }

    /**
     * As {@link #run}, and commits in the same round trip, so that what is locked or numbered here waits for nobody but PostgreSQL.
     * Whoever began the transaction may commit it once more, which does nothing then. What an outcome throws comes too late; where something
     * is to be refused, {@link #require} it. Where nothing was ever added, the commit is left to whoever began.
     */
    public void runAndCommit() {
        if (added.isEmpty() && !ran) return;
        change("commit");
        committed = true;
        run();
    }

    private static RuntimeException meaning(DataAccessException failure, List<Added> all) {
        if (!(failure.getMostSpecificCause() instanceof PSQLException sql)
                || !NOTHING_CHANGED.equals(sql.getSQLState())) return failure;
        ServerErrorMessage message = requireNonNull(sql.getServerErrorMessage());
        int index = Integer.parseInt(requireNonNull(message.getDetail()));
        return requireNonNull(all.get(index).otherwise()).get();
    }

    private void run(List<Added> all) {
        // the driver sends statements with a semicolon between them at once, and prepares each
        String sql = all.stream().map(Added::sql).collect(Collectors.joining("; "));
        jdbc.execute(sql, (PreparedStatement statement) -> {
            int index = 1;
            for (Added one : all) for (Object parameter : one.parameters()) statement.setObject(index++, parameter);
            statement.execute();
            for (int i = 0; i < all.size(); i++) {
                if (i > 0) statement.getMoreResults();
                all.get(i).outcome().of(statement);
            }
            return all.size();
        });
    }
}
