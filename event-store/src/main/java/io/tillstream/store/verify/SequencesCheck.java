package io.tillstream.store.verify;

import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Every aggregate's events are numbered from 0, without gaps or repeats. */
public final class SequencesCheck implements Check {
    private static final int RUN = 200_000;

    /**
     * Some aggregates, one after the other.
     *
     * @param to the last one
     */
    private record Run(long events, @Nullable String to) {}

    private final JdbcClient jdbc;

    public SequencesCheck(DataSource reader) {
        this.jdbc = JdbcClient.create(reader);
    }

    @Override
    public String name() {
        return "sequences";
    }

    @Override
    public void run(Findings findings) {
        findings.expect(
                jdbc.sql("select count(*) from events").query(Long.class).single(), "events");
        String from = "aggregate_id >= :after";
        String after = "";
        while (true) {
            Run run = next(from, after);
            if (run.to() == null) return;
            gaps(from, after, run.to(), findings);
            findings.done(run.events());
            after = run.to();
            from = "aggregate_id > :after";
        }
    }

    private Run next(String from, String after) {
        return jdbc.sql(
                        "select count(*) as events, max(aggregate_id) as last from (select aggregate_id from events where "
                                + from + " order by aggregate_id limit " + RUN + ") run")
                .param("after", after)
                .query((rs, n) -> new Run(rs.getLong("events"), rs.getString("last")))
                .single();
    }

    private void gaps(String from, String after, String to, Findings findings) {
        jdbc.sql("select aggregate_id, expected, sequence from (select aggregate_id, sequence,"
                        + " coalesce(lag(sequence) over (partition by aggregate_id order by sequence) + 1, 0) as expected"
                        + " from events where " + from + " and aggregate_id <= :to) numbered where sequence <> expected"
                        + " order by aggregate_id, sequence")
                .param("after", after)
                .param("to", to)
                .query(rs -> {
                    findings.difference("Aggregate " + rs.getString("aggregate_id") + ": sequence "
                            + rs.getLong("sequence") + " stands where " + rs.getLong("expected") + " should be");
                });
    }
}
