package io.tillstream.http.body;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.text.Rfc3339;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A point in time: RFC 3339 with any offset, seconds optional; normalised to UTC milliseconds. */
public final class TimestampField extends Field<Instant, TimestampField> {
    TimestampField(String name) {
        super(name);
    }

    public TimestampField future() {
        return check((value, now) -> value.isAfter(now) ? null : "must be in the future");
    }

    @Override
    @Nullable
    Instant read(JsonNode node, String path, Errors errors, Instant now) {
        if (node.isString()) {
            Optional<Instant> instant = Rfc3339.parse(node.stringValue());
            if (instant.isPresent()) return instant.get();
        }
        errors.add(path, "must be a timestamp with time and offset, such as 2026-03-06T09:29:43Z");
        return null;
    }

    @Override
    JsonNode write(Instant value) {
        return JSON.stringNode(EventJson.TIMESTAMP.format(value));
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "string");
        schema.put("format", "date-time");
    }

    @Override
    TimestampField self() {
        return this;
    }
}
