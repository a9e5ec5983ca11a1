package io.tillstream.http.list;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import java.util.LinkedHashMap;
import java.util.List;
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

    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;

    /** What a query string asks of a list; 400 for an unknown sort column, an over-long search, a bad cursor. */
    public static ListQuery of(ListParams params, Map<String, List<String>> query) {
        String sortBy = sortBy(params, first(query, "sort_by"));
        boolean ascending = ascending(params, first(query, "sort_order"));
        String raw = nonEmpty(first(query, "cursor"));
        Map<String, String> filters = new LinkedHashMap<>();
        for (String name : params.filters()) {
            String value = first(query, name);
            if (value != null) filters.put(name, value);
        }
        return new ListQuery(
                limit(first(query, "limit")),
                sortBy,
                ascending,
                params.search() ? search(params, nonEmpty(first(query, "search"))) : null,
                raw == null ? null : Cursor.decode(raw, sortBy, ascending),
                raw,
                filters);
    }

    private static String sortBy(ListParams params, @Nullable String sent) {
        if (sent == null || sent.isEmpty()) return params.sort()[0];
        for (String column : params.sort()) if (column.equals(sent)) return column;
        throw invalid("sort_by", "must be one of: " + String.join(", ", params.sort()));
    }

    /** Contract: conventions §6, only the exact word of the other direction turns the default around. */
    private static boolean ascending(ListParams params, @Nullable String sent) {
        return params.ascending() ? !"desc".equals(sent) : "asc".equals(sent);
    }

    private static @Nullable String search(ListParams params, @Nullable String sent) {
        if (sent != null && sent.length() > params.searchMaxLength())
            throw invalid("search", "must have at most " + params.searchMaxLength() + " characters");
        return sent;
    }

    /** The leading integer, as {@code 12} of {@code 12abc}; never an error. Contract: conventions §6, decision 6. */
    private static int limit(@Nullable String sent) {
        String text = sent == null ? "" : sent.strip();
        boolean negative = text.startsWith("-");
        int at = negative || text.startsWith("+") ? 1 : 0;
        int start = at;
        int limit = 0;
        for (; at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9'; at++)
            limit = Math.min(MAX_LIMIT, limit * 10 + (text.charAt(at) - '0'));
        if (at == start) return DEFAULT_LIMIT;
        return negative ? 1 : Math.max(1, limit);
    }

    private static @Nullable String first(Map<String, List<String>> query, String name) {
        List<String> values = query.get(name);
        return values == null ? null : values.getFirst();
    }

    private static @Nullable String nonEmpty(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static Invalid invalid(String name, String phrase) {
        return new Invalid(
                ErrorCode.INVALID_INPUT, "Invalid " + name + ": " + phrase, Map.of(name, List.of(name + " " + phrase)));
    }

    /** A filter as it was sent, null when absent. */
    public @Nullable String filter(String name) {
        return filters.get(name);
    }

    /** The cursor that goes on after a row of this list. */
    public Cursor after(@Nullable Object sortValue, UUID id) {
        return new Cursor(sortBy, sortValue, id, ascending);
    }
}
