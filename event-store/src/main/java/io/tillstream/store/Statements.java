package io.tillstream.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

    private record Added(String sql, Outcome outcome, List<@Nullable Object> parameters) {}

    private final JdbcTemplate jdbc;
    private final List<Added> added = new ArrayList<>();

    /** On the connections of one pool. */
    public Statements(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds one that changes rows; who wants to know how many is told by {@link #run}, and may throw. */
    public void change(String sql, IntConsumer changed, @Nullable Object... parameters) {
        add(sql, statement -> changed.accept(statement.getUpdateCount()), parameters);
    }

    /** As the other, whatever comes of it. */
    public void change(String sql, @Nullable Object... parameters) {
        add(sql, statement -> {}, parameters);
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
                parameters);
    }

    private void add(String sql, Outcome outcome, @Nullable Object... parameters) {
        added.add(new Added(sql, outcome, Arrays.asList(parameters)));
    }

    /**
     * Runs what waits: all of it, or the transaction is to be rolled back. Where there is none, they are one by themselves, unless one
     * returns text, before which the driver may commit, or an outcome throws.
     */
    public void run() {
        if (added.isEmpty()) return;
        List<Added> all = List.copyOf(added);
        added.clear();
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
