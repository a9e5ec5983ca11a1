package io.tillstream.store;

import io.tillstream.events.DomainEvent;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Metadata;
import io.tillstream.events.envelope.Unreadable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** Reads rows of the event table and opens them to envelopes. */
final class StoredEvents {
    private static final String COLUMNS =
            "position, event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata, payload";

    static final String SELECT = "select " + COLUMNS + " from events";

    /** So many bytes of payload are in memory at a time: a run ends with the event that reaches them. */
    static final long RUN_BYTES = 8_000_000;

    /** Opens rows with the keys of the persons they are about, which it holds no longer than this batch. */
    @FunctionalInterface
    interface Opener {
        List<Envelope> open(List<StoredEvent> rows);
    }

    private StoredEvents() {}

    /**
     * A select of these aggregates' events that meet a condition, {@code :max} of them in the order of their positions. They are
     * found by their aggregates and by nothing else: for a position, a time or an order with a limit, PostgreSQL may read all of
     * history instead, as it does where it has no statistics of the table yet.
     */
    static String ofAggregates(String condition, boolean ascending) {
        return "with found as materialized (" + SELECT + " where aggregate_id = any(:ids)) select " + COLUMNS
                + " from found where " + condition + " order by position" + (ascending ? "" : " desc") + " limit :max";
    }

    /**
     * A select in the order of its positions, as far as its payloads have at most so many bytes; the first row comes whatever
     * it has. PostgreSQL knows a length without reading what it is of, and sends no more than that.
     */
    static String bounded(String select, boolean ascending, long bytes) {
        String order = " order by position" + (ascending ? "" : " desc");
        return "select " + COLUMNS + ", bytes + coalesce(next, 0) > " + bytes + " as cut from (select r.*,"
                + " sum(octet_length(payload)) over w as bytes, lead(octet_length(payload)) over w as next,"
                + " row_number() over w as number from (" + select + ") r"
                + " window w as (" + order + " rows unbounded preceding)) s"
                + " where bytes <= " + bytes + " or number = 1" + order;
    }

    /** Runs a select that has a limit, at most so many bytes of it. */
    static EventRun run(
            JdbcClient jdbc, String select, Map<String, ?> params, int limit, boolean ascending, long bytes) {
        return jdbc.sql(bounded(select, ascending, bytes)).params(params).query(rs -> {
            List<StoredEvent> rows = new ArrayList<>();
            boolean cut = false;
            while (rs.next()) {
                rows.add(row(rs));
                cut = rs.getBoolean("cut");
            }
            return new EventRun(rows, cut || rows.size() == limit);
        });
    }

    static StoredEvent row(ResultSet rs) throws SQLException {
        return new StoredEvent(
                rs.getLong("position"),
                rs.getString("event_id"),
                rs.getString("aggregate_type"),
                rs.getString("aggregate_id"),
                rs.getLong("sequence"),
                rs.getString("type"),
                rs.getString("revision"),
                rs.getString("time"),
                rs.getString("metadata"),
                rs.getString("payload"));
    }

    static Opener opener(EventJson json, Sealing sealing) {
        return rows -> {
            List<ObjectNode> payloads =
                    rows.stream().map(row -> EventJson.object(row.payload())).toList();
            sealing.openAll(IntStream.range(0, rows.size())
                    .mapToObj(i -> new Sealing.Sealed(json.classOf(rows.get(i).type()), payloads.get(i)))
                    .toList());
            return IntStream.range(0, rows.size())
                    .mapToObj(i -> envelope(json, rows.get(i), payloads.get(i)))
                    .toList();
        };
    }

    /** Opens row by row where a run can't be opened as a whole, so that one bad event hides no other. */
    static Opener evenIfUnreadable(Opener opener) {
        return rows -> {
            try {
                return opener.open(rows);
            } catch (DataAccessException e) {
                throw e;
            } catch (RuntimeException e) {
                return rows.stream().map(row -> openOrStandIn(opener, row)).toList();
            }
        };
    }

    private static Envelope openOrStandIn(Opener opener, StoredEvent row) {
        try {
            return opener.open(List.of(row)).getFirst();
        } catch (DataAccessException e) {
            throw e;
        } catch (RuntimeException e) {
            return envelope(
                    row,
                    new Unreadable(UUID.fromString(row.aggregateId()), Instant.parse(row.time()), String.valueOf(e)));
        }
    }

    private static Envelope envelope(EventJson json, StoredEvent row, ObjectNode payload) {
        return envelope(row, json.read(row.type(), Integer.parseInt(row.revision()), payload));
    }

    private static Envelope envelope(StoredEvent row, DomainEvent event) {
        return new Envelope(
                row.eventId(),
                row.position(),
                row.aggregateType(),
                UUID.fromString(row.aggregateId()),
                row.sequence(),
                row.type(),
                Integer.parseInt(row.revision()),
                Instant.parse(row.time()),
                EventJson.STORED.readValue(row.metadata(), Metadata.class),
                event);
    }
}
