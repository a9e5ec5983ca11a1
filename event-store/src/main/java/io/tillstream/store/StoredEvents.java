package io.tillstream.store;

import io.tillstream.events.DomainEvent;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Metadata;
import io.tillstream.events.envelope.Unreadable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.springframework.dao.DataAccessException;
import tools.jackson.databind.node.ObjectNode;

/** Reads rows of the event table and opens them to envelopes. */
final class StoredEvents {
    static final String SELECT =
            "select position, event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata, payload"
                    + " from events";

    /** Opens rows with the keys of the persons they are about, which it holds no longer than this batch. */
    @FunctionalInterface
    interface Opener {
        List<Envelope> open(List<StoredEvent> rows);
    }

    private StoredEvents() {}

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
