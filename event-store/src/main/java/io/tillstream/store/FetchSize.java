package io.tillstream.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** How many events a cursor may have in memory. */
public final class FetchSize {
    private FetchSize() {}

    /**
     * So many that they have as many bytes as a run, at least one.
     *
     * @param longest asks for the length of the longest payload among what the cursor is about to read; PostgreSQL knows lengths
     *     without reading what they are of
     */
    public static int of(PreparedStatement longest, int most) throws SQLException {
        try (ResultSet rs = longest.executeQuery()) {
            long bytes = rs.next() ? Math.max(1, rs.getLong(1)) : 1;
            return Math.clamp(StoredEvents.RUN_BYTES / bytes, 1, most);
        }
    }
}
