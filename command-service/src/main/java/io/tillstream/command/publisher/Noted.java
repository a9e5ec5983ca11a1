package io.tillstream.command.publisher;

import io.tillstream.command.platform.Lease;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The last position of a topic that was acknowledged, noted by whoever has the lease. */
final class Noted {
    private final Lease lease;
    private final String topic;

    Noted(Lease lease, String topic) {
        this.lease = lease;
        this.topic = topic;
    }

    /** 0 for none. */
    long position() throws SQLException {
        try (PreparedStatement read =
                lease.session().prepareStatement("select position from publisher_positions where topic = ?")) {
            read.setString(1, topic);
            try (ResultSet row = read.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    void note(long position) throws SQLException {
        try (PreparedStatement write = lease.session()
                .prepareStatement("insert into publisher_positions (topic, position)"
                        + " values (?, ?) on conflict (topic) do update set position = excluded.position")) {
            write.setString(1, topic);
            write.setLong(2, position);
            write.executeUpdate();
        }
    }
}
