package io.tillstream.http.list;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a list request asks for, checked.
 *
 * @param limit 1 to 100
 * @param sortBy one of the route's sort columns
 * @param search null when absent or empty
 * @param cursor where to go on, of this sort column and direction; null for the first page
 * @param rawCursor the cursor as sent, for the pagination's echo
 * @param filters the route's other parameters, as sent
 */
public record ListQuery(
        int limit,
        String sortBy,
        boolean ascending,
        @Nullable String search,
        @Nullable Cursor cursor,
        @Nullable String rawCursor,
        Map<String, String> filters) {

    /** A filter as it was sent, null when absent. */
    public @Nullable String filter(String name) {
        return filters.get(name);
    }

    /** The cursor that goes on after a row of this list. */
    public Cursor after(@Nullable Object sortValue, UUID id) {
        return new Cursor(sortBy, sortValue, id, ascending);
    }
}
