package io.tillstream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import io.tillstream.embedded.Servers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connections that every service has. */
class PoolTest {
    private static final String PERSON = "wilhelmina@persons.example";

    @Test
    void letsMigrationsTakeTheirTime(@TempDir Path migrations) throws Exception {
        Files.writeString(migrations.resolve("V1__slow.sql"), "select pg_sleep(2)");
        try (TestStore store = new TestStore(Servers.temporary().postgres());
                HikariDataSource writer = EventStoreConfiguration.pool(
                        "writer",
                        store.postgres,
                        store.postgres.user(),
                        store.postgres.password(),
                        Duration.ofMillis(500))) {
            assertThat(Flyway.configure()
                            .configuration(EventStoreConfiguration.FLYWAY)
                            .dataSource(writer)
                            .schemas("slow")
                            .locations("filesystem:" + migrations)
                            .load()
                            .migrate()
                            .success)
                    .isTrue();
        }
    }

    @Test
    void quotesNothingThatWasToBeStored() throws Exception {
        try (TestStore store = new TestStore(Servers.temporary().postgres());
                Connection connection = store.owner.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into of_persons values (?)")) {
            store.jdbc.sql("create table of_persons (email text unique)").update();
            for (int i = 0; i < 2; i++) {
                insert.setString(1, PERSON);
                insert.addBatch();
            }
            Throwable refused = catchThrowable(insert::executeBatch);
            assertThat(refused).isInstanceOf(BatchUpdateException.class);
            assertThat(refused.getCause()).isInstanceOf(SQLException.class);
            assertThat(((SQLException) refused).getSQLState())
                    .as("which tells what it was")
                    .isEqualTo("23505");
            StringWriter logged = new StringWriter();
            refused.printStackTrace(new PrintWriter(logged));
            assertThat(logged.toString()).contains("unique constraint").doesNotContain(PERSON);
        }
    }
}
