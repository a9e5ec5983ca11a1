package io.tillstream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tillstream.embedded.Servers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** The connections that every service has. */
class PoolTest {
    private static final String PERSON = "wilhelmina@persons.example";

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
