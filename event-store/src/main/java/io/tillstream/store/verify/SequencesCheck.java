package io.tillstream.store.verify;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Every aggregate's events are numbered from 0, without gaps or repeats. */
public final class SequencesCheck implements Check {
    private static final int FETCH = 1_000;

    private final DataSource reader;

    public SequencesCheck(DataSource reader) {
        this.reader = reader;
    }

    @Override
    public String name() {
        return "sequences";
    }

    @Override
    public void run(Findings findings) throws SQLException {
        try (Connection connection = reader.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement gaps = connection.prepareStatement(
                    "select aggregate_id, expected, sequence from (select aggregate_id, sequence,"
                            + " coalesce(lag(sequence) over (partition by aggregate_id order by sequence) + 1, 0) as expected"
                            + " from events) numbered where sequence <> expected")) {
                gaps.setFetchSize(FETCH);
                try (ResultSet rs = gaps.executeQuery()) {
                    while (rs.next())
                        findings.difference("Aggregate " + rs.getString("aggregate_id") + ": sequence "
                                + rs.getLong("sequence") + " stands where " + rs.getLong("expected") + " should be");
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }
}
