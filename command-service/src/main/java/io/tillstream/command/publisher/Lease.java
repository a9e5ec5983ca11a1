package io.tillstream.command.publisher;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The right to publish, held by one instance at a time: an advisory lock of a PostgreSQL session. The position is noted on
 * that very session, so whoever lost it can't note anything any more.
 */
final class Lease implements AutoCloseable {
    private final Connection session;
    private final String topic;

    private Lease(Connection session, String topic) {
        this.session = session;
        this.topic = topic;
    }

    /** Takes the lease if nobody has it. */
    static Optional<Lease> tryTake(DataSource writer, String topic) throws SQLException {
        Connection session = writer.getConnection();
        try (PreparedStatement take =
                session.prepareStatement("select pg_try_advisory_lock(hashtextextended('publisher ' || ?, 0))")) {
            take.setString(1, topic);
            try (ResultSet taken = take.executeQuery()) {
                if (taken.next() && taken.getBoolean(1)) return Optional.of(new Lease(session, topic));
            }
        } catch (SQLException e) {
            session.close();
            throw e;
        }
        session.close();
        return Optional.empty();
    }

    /** The last position that was acknowledged, 0 for none. */
    long noted() throws SQLException {
        try (PreparedStatement read =
                session.prepareStatement("select position from publisher_positions where topic = ?")) {
            read.setString(1, topic);
            try (ResultSet row = read.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    void note(long position) throws SQLException {
        try (PreparedStatement write = session.prepareStatement("insert into publisher_positions (topic, position)"
                + " values (?, ?) on conflict (topic) do update set position = excluded.position")) {
            write.setString(1, topic);
            write.setLong(2, position);
            write.executeUpdate();
        }
    }

    boolean held() throws SQLException {
        return session.isValid(1);
    }

    @Override
    public void close() throws SQLException {
        try (session;
                PreparedStatement release =
                        session.prepareStatement("select pg_advisory_unlock(hashtextextended('publisher ' || ?, 0))")) {
            release.setString(1, topic);
            release.execute();
        }
    }
}
