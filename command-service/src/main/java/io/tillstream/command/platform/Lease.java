package io.tillstream.command.platform;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The right to do something that one instance does at a time: an advisory lock of a PostgreSQL session. What its holder has
 * achieved is noted on that very session, so whoever lost it can't note anything any more.
 */
public final class Lease implements AutoCloseable {
    private final Connection session;
    private final String name;

    private Lease(Connection session, String name) {
        this.session = session;
        this.name = name;
    }

    /** Takes the lease if nobody has it. */
    public static Optional<Lease> tryTake(DataSource writer, String name) throws SQLException {
        Connection session = writer.getConnection();
        try (PreparedStatement take = session.prepareStatement("select pg_try_advisory_lock(hashtextextended(?, 0))")) {
            take.setString(1, name);
            try (ResultSet taken = take.executeQuery()) {
                if (taken.next() && taken.getBoolean(1)) return Optional.of(new Lease(session, name));
            }
        } catch (SQLException e) {
            session.close();
            throw e;
        }
        session.close();
        return Optional.empty();
    }

    /** The session that holds it. */
    public Connection session() {
        return session;
    }

    /** Fails when it is lost. */
    public void requireHeld() throws SQLException {
        if (!session.isValid(1)) throw new SQLException("The lease of the " + name + " is lost");
    }

    @Override
    public void close() throws SQLException {
        try (session;
                PreparedStatement release =
                        session.prepareStatement("select pg_advisory_unlock(hashtextextended(?, 0))")) {
            release.setString(1, name);
            release.execute();
        }
    }
}
