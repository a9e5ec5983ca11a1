package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import io.tillstream.embedded.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class BackendsTest {
    @Test
    void knowsABrokenConnectionHoweverOftenItIsUsed() throws SQLException {
        PostgresServer postgres = io.tillstream.embedded.Servers.temporary().postgres();
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl(postgres.url());
            pool.setUsername(postgres.user());
            pool.setPassword(postgres.password());
            pool.setMaximumPoolSize(2);
            try (Connection broken = pool.getConnection();
                    Connection other = pool.getConnection();
                    Statement sql = other.createStatement()) {
                sql.execute("select pg_terminate_backend(" + process(broken) + ")");
                assertThat(Backends.away(catchThrowableOfType(SQLException.class, () -> process(broken))))
                        .isTrue();
                assertThat(Backends.away(catchThrowableOfType(SQLException.class, () -> process(broken))))
                        .isTrue();
                assertThat(Backends.away(
                                catchThrowableOfType(SQLException.class, () -> sql.execute("no statement at all"))))
                        .isFalse();
            }
        }
    }

    private static int process(Connection connection) throws SQLException {
        try (Statement sql = connection.createStatement();
                ResultSet row = sql.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }
}
