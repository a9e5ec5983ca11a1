package io.tillstream.http.list;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A place in a sorted list: after the row with this sort value and id. Opaque to clients, so what comes back is checked:
 * a value that doesn't fit its column is the client's error.
 *
 * @param field the sort column
 * @param value of the last row's sort column: text, number, boolean, {@link Instant} (comes back as its text) or null
 * @param id breaks ties
 */
public record Cursor(String field, @Nullable Object value, UUID id, boolean ascending) {
    private static final int MAX_LENGTH = 4_096;

    public String encode() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("field", field);
        json.set("value", EventJson.CLIENT.valueToTree(value));
        json.put("id", id.toString());
        json.put("direction", ascending ? "asc" : "desc");
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(EventJson.CLIENT.writeValueAsString(json).getBytes(UTF_8));
    }

    /** Reads what a client sent; 400 when it is no cursor, or one of another order. */
    public static Cursor decode(String raw, String sortBy, boolean ascending) {
        Cursor cursor = decode(raw);
        if (!cursor.field.equals(sortBy) || cursor.ascending != ascending)
            throw new Invalid(
                    ErrorCode.INVALID_INPUT,
                    "This cursor belongs to another sort column or direction; go on with the one it was made with");
        return cursor;
    }

    private static Cursor decode(String raw) {
        if (raw.length() > MAX_LENGTH) throw invalid();
        try {
            JsonNode json = EventJson.CLIENT.readTree(Base64.getUrlDecoder().decode(raw));
            String direction = text(json, "direction");
            if (!direction.equals("asc") && !direction.equals("desc")) throw invalid();
            String id = text(json, "id");
            UUID uuid = UUID.fromString(id);
            if (!uuid.toString().equals(id.toLowerCase(Locale.ROOT))) throw invalid();
            JsonNode value = json.get("value");
            if (value == null) throw invalid();
            return new Cursor(text(json, "field"), scalar(value), uuid, direction.equals("asc"));
        } catch (IllegalArgumentException | JacksonException e) {
            throw invalid();
        }
    }

    private static String text(JsonNode json, String name) {
        JsonNode node = json.get(name);
        if (node == null || !node.isString()) throw invalid();
        return node.stringValue();
    }

    private static @Nullable Object scalar(JsonNode value) {
        if (value.isNull()) return null;
        if (value.isBoolean()) return value.booleanValue();
        if (value.isNumber()) return value.decimalValue();
        if (!value.isString()) throw invalid();
        String text = value.stringValue();
        if (text.indexOf('\0') >= 0) throw invalid();
        return text;
    }

    /** The value as text, null if it is null; 400 if it is something else. */
    public @Nullable String text() {
        return switch (value) {
            case null -> null;
            case String text -> text;
            default -> throw invalid();
        };
    }

    /** The value as a timestamp, null if it is null; 400 if it is something else. */
    public @Nullable Instant instant() {
        return switch (value) {
            case null -> null;
            case Instant instant -> instant;
            case String text -> {
                try {
                    yield Instant.parse(text);
                } catch (DateTimeException e) {
                    throw invalid();
                }
            }
            default -> throw invalid();
        };
    }

    /** The value as a whole number, null if it is null; 400 if it is something else. */
    public @Nullable Long number() {
        return switch (value) {
            case null -> null;
            case Long number -> number;
            case Integer number -> number.longValue();
            case BigDecimal number -> {
                if (Math.abs((long) number.scale()) > 20) throw invalid();
                try {
                    yield number.longValueExact();
                } catch (ArithmeticException e) {
                    throw invalid();
                }
            }
            default -> throw invalid();
        };
    }

    /** The value as a boolean, null if it is null; 400 if it is something else. */
    public @Nullable Boolean bool() {
        return switch (value) {
            case null -> null;
            case Boolean bool -> bool;
            default -> throw invalid();
        };
    }

    private static Invalid invalid() {
        return new Invalid(ErrorCode.INVALID_INPUT, "Invalid cursor");
    }
}
