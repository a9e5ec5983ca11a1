package io.tillstream.query.platform;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.list.Cursor;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The keys a list may be sorted by, and how a cursor's value becomes a value of such a key again. */
public final class Columns {
    /** What stands for a missing instant in a key, so that it sorts last ascending and first descending. */
    public static final Date NEVER = Date.from(Instant.parse("9999-12-31T23:59:59.999Z"));

    /** What stands for missing text in a key: after all text that anybody writes. */
    private static final String NO_TEXT = "\uffff";

    private record Column(String key, Function<Cursor, @Nullable Object> value) {}

    private final Map<String, Column> columns = new LinkedHashMap<>();

    public Columns instant(String name) {
        return instant(name, name);
    }

    /** A column that clients call otherwise than the documents' key. */
    public Columns instant(String name, String key) {
        columns.put(name, new Column(key, cursor -> {
            Instant instant = cursor.instant();
            return instant == null ? null : Date.from(instant);
        }));
        return this;
    }

    public Columns text(String name) {
        columns.put(name, new Column(name, Cursor::text));
        return this;
    }

    public Columns number(String name) {
        columns.put(name, new Column(name, Cursor::number));
        return this;
    }

    public Columns bool(String name) {
        columns.put(name, new Column(name, Cursor::bool));
        return this;
    }

    /** The documents' key for a column. */
    String key(String column) {
        return column(column).key();
    }

    /** An instant as a key. */
    public static Date key(@Nullable Instant instant) {
        return instant == null ? NEVER : Date.from(instant);
    }

    /** Text as a key, whatever its case. */
    public static String textKey(@Nullable String text) {
        return text == null ? NO_TEXT : Search.folded(text);
    }

    /** The value in a cursor, as the documents have it; 400 when it is none of this column. */
    Object value(String column, Cursor cursor) {
        try {
            Object value = column(column).value().apply(cursor);
            if (value != null) return value;
        } catch (IllegalArgumentException e) {
            // An instant beyond what a date holds.
        }
        throw new Invalid(ErrorCode.INVALID_INPUT, "Invalid cursor");
    }

    private Column column(String name) {
        Column column = columns.get(name);
        if (column == null) throw new IllegalStateException("No list is sorted by " + name);
        return column;
    }

    /** A key's value as a cursor carries it. */
    static @Nullable Object carried(@Nullable Object value) {
        return value instanceof Date date ? date.toInstant() : value;
    }
}
