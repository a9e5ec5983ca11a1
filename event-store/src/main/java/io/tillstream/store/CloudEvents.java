package io.tillstream.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.tillstream.events.envelope.CloudEvent;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Metadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes of stored rows what leaves the system, for the topic, the feed, its stream and the export alike. The data is what is
 * stored, with personal fields opened and older revisions lifted: an event's class is not asked, so that nothing that a
 * newer version wrote is lost.
 */
public final class CloudEvents {
    private static final byte[] NO_DATA = "null}".getBytes(UTF_8);

    private final EventJson json;
    private final Sealing sealing;
    private final String source;

    /** A row on its way. */
    private static final class Reading {
        final StoredEvent row;
        int revision;

        @Nullable
        Metadata metadata;

        @Nullable
        ObjectNode data;

        /** Whether the payload leaves as it is stored. */
        boolean asStored;

        /** The part that can't be read; null while all of it can. */
        @Nullable
        String wrong;

        Reading(StoredEvent row) {
            this.row = row;
        }

        void fails(String part) {
            wrong = part;
            data = null;
        }
    }

    /**
     * Opens personal fields with the keys that sealing finds.
     *
     * @param shop names it in the {@code source}
     */
    public CloudEvents(EventJson json, Sealing sealing, String shop) {
        this.json = json;
        this.sealing = sealing;
        this.source = "/tillstream/" + shop;
    }

    /** In the rows' order. One that can't be read is there too, with what can be told of it and without its data. */
    public List<CloudEvent> of(List<StoredEvent> rows) {
        List<Reading> readings = rows.stream().map(this::parsed).toList();
        open(readings.stream().filter(reading -> reading.data != null).toList());
        return readings.stream().map(this::event).toList();
    }

    /** One line of JSON, and whether it says what can't be read. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Line(byte[] json, boolean unreadable) {}

    /** As {@link #of}, as JSON. A payload in which nothing is to be opened or lifted is looked through and not read into a tree. */
    public List<Line> lines(List<StoredEvent> rows) {
        List<Reading> readings = rows.stream()
                .map(row -> {
                    Reading reading = leavesAsStored(row) ? asStored(row) : null;
                    return reading != null && reading.wrong == null ? reading : parsed(row);
                })
                .toList();
        open(readings.stream().filter(reading -> reading.data != null).toList());
        return readings.stream().map(this::line).toList();
    }

    private Line line(Reading reading) {
        byte[] event = event(reading).json();
        if (!reading.asStored) return new Line(event, reading.wrong != null);
        byte[] payload = reading.row.payload().getBytes(UTF_8);
        int end = event.length - NO_DATA.length; // its data are the last that it says
        byte[] line = Arrays.copyOf(event, end + payload.length + 1);
        System.arraycopy(payload, 0, line, end, payload.length);
        line[line.length - 1] = '}';
        return new Line(line, false);
    }

    private boolean leavesAsStored(StoredEvent row) {
        try {
            return !Sealing.mayBeSealed(json.classOf(row.type()))
                    && Integer.toString(json.revisionOf(row.type())).equals(row.revision())
                    && isObjectOnOneLine(row.payload());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isObjectOnOneLine(String payload) {
        if (payload.indexOf('\n') >= 0 || payload.indexOf('\r') >= 0) return false;
        try (JsonParser parser = EventJson.STORED.createParser(payload)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) return false;
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (JacksonException e) {
            return false;
        }
    }

    private Reading asStored(StoredEvent row) {
        Reading reading = new Reading(row);
        reading.revision = json.revisionOf(row.type());
        reading.asStored = true;
        readMetadata(reading);
        return reading;
    }

    private Reading parsed(StoredEvent row) {
        Reading reading = new Reading(row);
        readMetadata(reading);
        try {
            json.classOf(row.type());
            reading.revision = Integer.parseInt(row.revision());
        } catch (IllegalArgumentException e) {
            reading.fails("type");
            return reading;
        }
        try {
            reading.data = EventJson.object(row.payload());
        } catch (RuntimeException e) {
            reading.fails("payload");
        }
        return reading;
    }

    private static void readMetadata(Reading reading) {
        try {
            reading.metadata = EventJson.STORED.readValue(reading.row.metadata(), Metadata.class);
        } catch (RuntimeException e) {
            reading.fails("metadata");
        }
    }

    private void open(List<Reading> readings) {
        try {
            sealing.openAll(readings.stream().map(this::sealed).toList());
        } catch (DataAccessException e) {
            throw e;
        } catch (RuntimeException e) {
            readings.forEach(this::openAlone);
        }
        readings.forEach(this::lift);
    }

    private void openAlone(Reading reading) {
        try {
            sealing.openAll(List.of(sealed(reading)));
        } catch (DataAccessException e) {
            throw e;
        } catch (RuntimeException e) {
            reading.fails("person");
        }
    }

    private Sealing.Sealed sealed(Reading reading) {
        return new Sealing.Sealed(json.classOf(reading.row.type()), requireNonNull(reading.data));
    }

    private void lift(Reading reading) {
        ObjectNode data = reading.data;
        if (data == null) return;
        try {
            reading.data = json.lifted(reading.row.type(), reading.revision, data);
            reading.revision = Math.max(reading.revision, json.revisionOf(reading.row.type()));
        } catch (RuntimeException e) {
            reading.fails("revision");
        }
    }

    private CloudEvent event(Reading reading) {
        StoredEvent row = reading.row;
        Metadata metadata = reading.metadata;
        return new CloudEvent(
                "1.0",
                row.eventId(),
                source,
                row.type(),
                row.time(),
                "application/json",
                "/schemas/" + row.type() + "/" + (reading.wrong == null ? reading.revision : row.revision()),
                row.aggregateId(),
                row.aggregateType(),
                Long.toString(row.sequence()),
                Long.toString(row.position()),
                metadata == null ? null : metadata.actor(),
                metadata == null ? null : metadata.requestId(),
                metadata == null ? null : metadata.correlationId(),
                metadata == null ? null : metadata.causationId(),
                metadata == null ? null : metadata.mode().wire(),
                reading.wrong,
                reading.data);
    }

    /** As {@link #of}, but fails where one can't be read: nothing may be published past it. */
    public List<CloudEvent> allOf(List<StoredEvent> rows) {
        List<CloudEvent> events = new ArrayList<>(of(rows));
        for (CloudEvent event : events) {
            if (event.unreadable() != null)
                throw new IllegalStateException(
                        "The event at position " + event.position() + " can't be read: " + event.unreadable());
        }
        return events;
    }
}
