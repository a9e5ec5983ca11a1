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

    private final Map<String, Function<Cursor, @Nullable Object>> columns = new LinkedHashMap<>();

    public Columns instant(String name) {
        columns.put(name, cursor -> {
            Instant instant = cursor.instant();
            return instant == null ? null : Date.from(instant);
        });
        return this;
    }

    public Columns text(String name) {
        columns.put(name, Cursor::text);
        return this;
    }

    public Columns number(String name) {
        columns.put(name, Cursor::number);
        return this;
    }

    public Columns bool(String name) {
        columns.put(name, Cursor::bool);
        return this;
    }

    /** An instant as a key. */
    public static Date key(@Nullable Instant instant) {
        return instant == null ? NEVER : Date.from(instant);
    }

    /** The value in a cursor, as the documents have it; 400 when it is none of this column. */
    Object value(String column, Cursor cursor) {
        Function<Cursor, @Nullable Object> read = columns.get(column);
        if (read == null) throw new IllegalArgumentException("No list is sorted by " + column);
        try {
            Object value = read.apply(cursor);
            if (value != null) return value;
        } catch (IllegalArgumentException e) {
            // An instant beyond what a date holds.
        }
        throw new Invalid(ErrorCode.INVALID_INPUT, "Invalid cursor");
    }

    /** A key's value as a cursor carries it. */
    static @Nullable Object carried(@Nullable Object value) {
        return value instanceof Date date ? date.toInstant() : value;
    }
}
