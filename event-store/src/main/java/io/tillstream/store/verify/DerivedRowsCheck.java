package io.tillstream.store.verify;

import io.tillstream.events.Concept;
import io.tillstream.events.Concepts;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.events.derived.Credential;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.store.EventLog;
import io.tillstream.store.FetchSize;
import io.tillstream.store.Sealing;
import io.tillstream.store.StoredEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/**
 * Folds every aggregate and holds the rows beside its events, and its snapshots, against what the fold says. A page of
 * aggregates and their rows are read in one snapshot of the database, and the appender writes both in one transaction: so
 * writers don't disturb it. Nothing cures these rows by itself.
 */
public final class DerivedRowsCheck implements Check {
    private static final int AGGREGATES = 500;
    private static final int EVENTS = 200;
    private static final Pattern UUIDS = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final String TIME = "to_char(%s at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

    private static final String ROWS = "select 'live_aggregates', id::text, array[mode, aggregate_type,"
            + " case when erased then 'erased' else 'not erased' end] from live_aggregates where id = any(?)"
            + " union all select 'claims', aggregate_id::text, array[mode, concept, name] from claims"
            + " where aggregate_id = any(?)"
            + " union all select 'aggregate_references', source::text, array[mode, name, target::text]"
            + " from aggregate_references where source = any(?)"
            + " union all select 'due_times', aggregate_id::text, array[mode, aggregate_type, "
            + TIME.formatted("due_at") + "] from due_times where aggregate_id = any(?)"
            + " union all select 'credentials', id::text, array[mode, name, 'hash ' || hash, (select"
            + " coalesce(string_agg(s, ' ' order by s collate \"C\"), '') from unnest(scopes) s),"
            + " coalesce(limit_per_minute::text, 'no') || ' limit', case when active then 'active' else 'inactive' end,"
            + " 'expires ' || coalesce(" + TIME.formatted("expires_at")
            + ", 'never')] from credentials where id = any(?)";

    private static final String WITHOUT_EVENTS = "select source, id from ("
            + "select 'live_aggregates' as source, id::text from live_aggregates"
            + " union all select 'claims', aggregate_id::text from claims"
            + " union all select 'aggregate_references', source::text from aggregate_references"
            + " union all select 'due_times', aggregate_id::text from due_times"
            + " union all select 'credentials', id::text from credentials"
            + " union all select 'snapshots', aggregate_id from snapshots) rows"
            + " where not exists (select from events where events.aggregate_id = rows.id)";

    /** One row of a table, in the words that name it. */
    private record Row(String table, List<String> values) {
        String shown() {
            return values.stream()
                    .map(value ->
                            value.startsWith("hash ") ? value.substring(0, Math.min(13, value.length())) + "…" : value)
                    .toList()
                    .toString();
        }
    }

    private record Snapshot(String type, String revision, String payload) {}

    private final DataSource reader;
    private final EventLog log;
    private final Sealing sealing;

    public DerivedRowsCheck(DataSource reader, EventLog log, Sealing sealing) {
        this.reader = reader;
        this.log = log;
        this.sealing = sealing;
    }

    @Override
    public String name() {
        return "derived rows";
    }

    @Override
    public void run(Findings findings) throws SQLException {
        findings.expect(log.countUpTo(Long.MAX_VALUE), "events");
        String after = "";
        while (after != null) after = page(after, findings);
        JdbcClient.create(reader).sql(WITHOUT_EVENTS).query(rs -> {
            findings.difference(rs.getString("source") + ": " + rs.getString("id") + " has a row and no events");
        });
    }

    /** The aggregates that come next; answers the last of them, null when there are no more. */
    private @Nullable String page(String after, Findings findings) throws SQLException {
        try (Connection connection = reader.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                List<String> ids = ids(connection, after);
                if (ids.isEmpty()) return null;
                List<UUID> known = new ArrayList<>();
                for (String id : ids) {
                    if (UUIDS.matcher(id).matches()) known.add(UUID.fromString(id));
                    else findings.difference("events: " + id + " is no id of an aggregate");
                }
                Page page = new Page(rows(connection, known), snapshots(connection, known), findings);
                events(connection, after, ids.getLast(), page);
                return ids.getLast();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private static List<String> ids(Connection connection, String after) throws SQLException {
        List<String> ids = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select distinct aggregate_id from events where aggregate_id > ? order by aggregate_id limit "
                        + AGGREGATES)) {
            select.setString(1, after);
            try (ResultSet rs = select.executeQuery()) {
                while (rs.next()) ids.add(rs.getString(1));
            }
        }
        return ids;
    }

    private static Map<UUID, Set<Row>> rows(Connection connection, List<UUID> ids) throws SQLException {
        Map<UUID, Set<Row>> rows = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(ROWS)) {
            for (int i = 1; i <= 5; i++) select.setArray(i, connection.createArrayOf("uuid", ids.toArray()));
            try (ResultSet rs = select.executeQuery()) {
                while (rs.next())
                    rows.computeIfAbsent(UUID.fromString(rs.getString(2)), id -> new HashSet<>())
                            .add(new Row(rs.getString(1), List.of((String[])
                                    rs.getArray(3).getArray())));
            }
        }
        return rows;
    }

    private static Map<UUID, Map<Long, Snapshot>> snapshots(Connection connection, List<UUID> ids) throws SQLException {
        Map<UUID, Map<Long, Snapshot>> snapshots = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select aggregate_id, sequence, type, revision, payload from snapshots where aggregate_id = any(?)")) {
            select.setArray(
                    1,
                    connection.createArrayOf(
                            "text", ids.stream().map(UUID::toString).toArray()));
            try (ResultSet rs = select.executeQuery()) {
                while (rs.next())
                    snapshots
                            .computeIfAbsent(UUID.fromString(rs.getString(1)), id -> new TreeMap<>())
                            .put(rs.getLong(2), new Snapshot(rs.getString(3), rs.getString(4), rs.getString(5)));
            }
        }
        return snapshots;
    }

    private void events(Connection connection, String after, String to, Page page) throws SQLException {
        String rows = " from events where aggregate_id > ? and aggregate_id <= ?";
        try (PreparedStatement select = connection.prepareStatement(
                        "select position, event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata,"
                                + " payload" + rows + " order by aggregate_id, sequence");
                PreparedStatement longest = connection.prepareStatement("select max(octet_length(payload))" + rows)) {
            for (PreparedStatement statement : List.of(longest, select)) {
                statement.setString(1, after);
                statement.setString(2, to);
            }
            int atOnce = FetchSize.of(longest, EVENTS);
            select.setFetchSize(atOnce);
            try (ResultSet rs = select.executeQuery()) {
                List<StoredEvent> run = new ArrayList<>();
                while (rs.next()) {
                    StoredEvent row = new StoredEvent(
                            rs.getLong(1),
                            rs.getString(2),
                            rs.getString(3),
                            rs.getString(4),
                            rs.getLong(5),
                            rs.getString(6),
                            rs.getString(7),
                            rs.getString(8),
                            rs.getString(9),
                            rs.getString(10));
                    if (UUIDS.matcher(row.aggregateId()).matches()) run.add(row);
                    if (run.size() == atOnce) {
                        page.take(log.openEvenIfUnreadable(run));
                        run.clear();
                    }
                }
                page.take(log.openEvenIfUnreadable(run));
                page.end();
            }
        }
    }

    /** The fold of one aggregate after another, and what stands beside them. */
    private final class Page {
        private final Map<UUID, Set<Row>> rows;
        private final Map<UUID, Map<Long, Snapshot>> snapshots;
        private final Findings findings;
        private @Nullable Envelope first;
        private @Nullable Concept<?, ?> concept;
        private @Nullable State state;

        Page(Map<UUID, Set<Row>> rows, Map<UUID, Map<Long, Snapshot>> snapshots, Findings findings) {
            this.rows = rows;
            this.snapshots = snapshots;
            this.findings = findings;
        }

        void take(List<Envelope> events) {
            for (Envelope event : events) {
                if (first == null || !first.aggregateId().equals(event.aggregateId())) {
                    end();
                    begin(event);
                }
                fold(event);
            }
            findings.done(events.size());
        }

        private void begin(Envelope event) {
            first = event;
            state = null;
            concept = Concepts.ALL.stream()
                    .filter(known -> known.name().equals(event.aggregateType()))
                    .findFirst()
                    .orElse(null);
            if (concept == null) findings.difference("events: " + name(event) + " is of no known kind");
        }

        private void fold(Envelope event) {
            if (concept == null) return;
            try {
                state = after(concept, state, event.event());
            } catch (RuntimeException e) {
                findings.difference(
                        "events: " + name(event) + ": the event at position " + event.position() + " can't be folded");
                concept = null;
                return;
            }
            Map<Long, Snapshot> of = snapshots.get(event.aggregateId());
            Snapshot snapshot = of == null ? null : of.remove(event.sequence());
            if (snapshot != null && !holds(snapshot, concept, event))
                findings.difference("snapshots: " + name(event) + ": the one at sequence " + event.sequence()
                        + " is not what the events add up to");
        }

        /** Compares the aggregate that has ended. */
        void end() {
            Envelope of = first;
            if (of == null || concept == null || state == null) return;
            UUID id = of.aggregateId();
            Set<Row> expected =
                    expected(state, of.aggregateType(), of.metadata().mode());
            Set<Row> found = rows.getOrDefault(id, Set.of());
            for (Row row : expected)
                if (!found.contains(row)) findings.difference(row.table() + ": " + name(of) + " lacks " + row.shown());
            for (Row row : found)
                if (!expected.contains(row))
                    findings.difference(
                            row.table() + ": " + name(of) + " has " + row.shown() + ", which its events don't say");
            snapshots
                    .getOrDefault(id, Map.of())
                    .keySet()
                    .forEach(sequence -> findings.difference("snapshots: " + name(of) + " has one at sequence "
                            + sequence + ", which it has no event of"));
        }

        /** Whether it says what the fold says here; one of an older fold is never read, so it may say anything. */
        private boolean holds(Snapshot snapshot, Concept<?, ?> of, Envelope at) {
            if (!snapshot.type().equals(of.name() + ".snapshot")) return false;
            if (!snapshot.revision().equals(Integer.toString(of.stateRevision()))) return true;
            try {
                ObjectNode json = EventJson.object(snapshot.payload());
                ObjectNode kept = (ObjectNode) json.get("state");
                sealing.open(of.stateType(), kept);
                return EventJson.object(EventJson.STORED.writeValueAsString(state))
                                .equals(kept)
                        && at.metadata().mode().wire().equals(json.path("mode").asString(""));
            } catch (RuntimeException e) {
                return false;
            }
        }
    }

    private Set<Row> expected(State state, String type, Mode mode) {
        Derived derived = state.derived();
        Set<Row> rows = new HashSet<>();
        if (derived.alive())
            rows.add(
                    new Row("live_aggregates", List.of(mode.wire(), type, derived.erased() ? "erased" : "not erased")));
        derived.claims()
                .forEach(claim ->
                        rows.add(new Row("claims", List.of(mode.wire(), claim.concept(), sealing.claimName(claim)))));
        derived.references()
                .forEach(reference -> rows.add(new Row(
                        "aggregate_references",
                        List.of(
                                mode.wire(),
                                reference.name(),
                                reference.target().toString()))));
        if (derived.due() != null) rows.add(new Row("due_times", List.of(mode.wire(), type, time(derived.due()))));
        Credential credential = derived.credential();
        if (credential != null)
            rows.add(new Row(
                    "credentials",
                    List.of(
                            credential.mode().wire(),
                            credential.name(),
                            "hash " + credential.hash(),
                            String.join(
                                    " ", credential.scopes().stream().sorted().toList()),
                            Objects.requireNonNullElse(credential.limitPerMinute(), "no") + " limit",
                            credential.active() ? "active" : "inactive",
                            "expires " + (credential.expiresAt() == null ? "never" : time(credential.expiresAt())))));
        return rows;
    }

    private static String time(Instant instant) {
        return MICROSECONDS.format(instant);
    }

    private static String name(Envelope event) {
        return event.aggregateType() + " " + event.aggregateId();
    }

    private static <S extends State> S after(Concept<S, ?> concept, @Nullable State before, DomainEvent event) {
        return concept.after(before == null ? null : concept.stateType().cast(before), event);
    }
}
