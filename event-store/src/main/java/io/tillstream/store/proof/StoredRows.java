package io.tillstream.store.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.store.FetchSize;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * The stored events of a range of positions, one after the other, as position and leaf. A run of them is one short transaction,
 * of which some hundred are in memory, or fewer where they are large.
 */
final class StoredRows implements AutoCloseable {
    private static final int RUN = 50_000;
    private static final int FETCH = 1_000;

    /**
     * One event.
     *
     * @param modeHolds whether the generated column {@code mode} says what the metadata say
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Row(long position, byte[] leaf, boolean modeHolds) {}

    private final Connection connection;
    private final PreparedStatement select;
    private final PreparedStatement longest;
    private final Leaf leaf = new Leaf();
    private final long to;
    private long reached;
    private int inRun;
    private @Nullable ResultSet run;

    /** Events after one position, up to and including another. */
    StoredRows(DataSource reader, long after, long to) throws SQLException {
        this.reached = after;
        this.to = to;
        connection = reader.getConnection();
        try {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            String rows = " from events where position > ? and position <= ? order by position limit " + RUN;
            select = connection.prepareStatement("select " + Leaf.COLUMNS + ", mode" + rows);
            longest = connection.prepareStatement(
                    "select max(octet_length(payload)) from (select payload" + rows + ") run");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** The next one, null at the end. */
    @Nullable
    Row next() throws SQLException {
        while (true) {
            if (run == null) {
                if (reached >= to) return null;
                for (PreparedStatement statement : List.of(longest, select)) {
                    statement.setLong(1, reached);
                    statement.setLong(2, to);
                }
                select.setFetchSize(FetchSize.of(longest, FETCH));
                run = select.executeQuery();
                inRun = 0;
            }
            if (run.next()) {
                inRun++;
                Row row = row(run);
                reached = row.position();
                return row;
            }
            run.close();
            run = null;
            connection.commit();
            if (inRun < RUN) reached = to;
        }
    }

    // The text columns' own bytes: as text they would be decoded and encoded again.
    private Row row(ResultSet rs) throws SQLException {
        long position = rs.getLong(1);
        byte[] metadata = rs.getBytes(9);
        byte[] hash = leaf.hash(
                Leaf.digits(position),
                rs.getBytes(2),
                rs.getBytes(3),
                rs.getBytes(4),
                Leaf.digits(rs.getLong(5)),
                rs.getBytes(6),
                rs.getBytes(7),
                rs.getBytes(8),
                metadata,
                rs.getBytes(10));
        return new Row(position, hash, agrees(rs.getBytes(11), metadata));
    }

    /** Compares the generated column with what it was generated from. */
    private static boolean agrees(byte @Nullable [] mode, byte[] metadata) {
        if (mode == null) return false;
        String word = new String(mode, UTF_8);
        String json = new String(metadata, UTF_8);
        // as it is written; inside of a JSON string the quotes would be escaped
        if (json.contains("\"mode\":\"" + word + "\"")) return true;
        try {
            return word.equals(EventJson.STORED.readTree(json).path("mode").asString(""));
        } catch (JacksonException e) {
            return false;
        }
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            connection.rollback();
            connection.setReadOnly(false);
            connection.setAutoCommit(true);
        }
    }
}
