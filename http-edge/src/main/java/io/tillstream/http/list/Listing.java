package io.tillstream.http.list;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One page of a list: {@code {"data": [...], "pagination": {...}}}. */
public record Listing<T>(List<T> data, Pagination pagination) {
    /**
     * The page a query asked for.
     *
     * @param rows up to one more than the limit; the one more tells that there is a next page
     * @param cursorOf the cursor that goes on after a row
     * @param total null where the list doesn't count
     */
    public static <T> Listing<T> page(
            ListQuery query, List<T> rows, Function<? super T, Cursor> cursorOf, @Nullable Long total) {
        return page(query, rows, rows.size() > query.limit(), cursorOf, total);
    }

    /**
     * The page a query asked for, which may have fewer rows than that though more follow.
     *
     * @param rows any beyond the limit are left out
     * @param more whether there is a next page; never after none
     */
    public static <T> Listing<T> page(
            ListQuery query, List<T> rows, boolean more, Function<? super T, Cursor> cursorOf, @Nullable Long total) {
        List<T> page = rows.subList(0, Math.min(rows.size(), query.limit()));
        String next = more ? cursorOf.apply(page.getLast()).encode() : null;
        return new Listing<>(page, new Pagination(query.rawCursor(), next, more, query.limit(), total));
    }

    /** The same page with its rows in another shape. */
    public <V> Listing<V> map(Function<? super T, ? extends V> view) {
        return new Listing<>(data.stream().<V>map(view).toList(), pagination);
    }
}
