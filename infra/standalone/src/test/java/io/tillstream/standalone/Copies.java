package io.tillstream.standalone;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Makes a history long, which commands would take a while for: products like one that was created by a command. */
final class Copies {
    private Copies() {}

    /** So many more; of what the folds derive there is nothing. */
    static void of(String product, int copies, String url, String user, String password) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                PreparedStatement copy = connection.prepareStatement("""
                        insert into events (event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata, payload)
                        select gen_random_uuid(), aggregate_type, id, sequence, type, revision, time, metadata,
                               replace(payload, aggregate_id, id)
                        from events, (select gen_random_uuid()::text as id from generate_series(1, ?)) ids
                        where aggregate_id = ? and sequence = 0
                        """)) {
            copy.setInt(1, copies);
            copy.setString(2, product);
            copy.executeUpdate();
        }
    }
}
