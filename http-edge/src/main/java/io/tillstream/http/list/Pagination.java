package io.tillstream.http.list;

import io.tillstream.events.OmitNull;
import org.jspecify.annotations.Nullable;

/**
 * Where a list goes on.
 *
 * @param cursor the request's own, echoed
 * @param nextCursor of the next page, null on the last
 * @param total ignoring the cursor; absent where a list doesn't count
 */
public record Pagination(
        @Nullable String cursor,
        @Nullable String nextCursor,
        boolean hasMore,
        int limit,
        @OmitNull @Nullable Long total) {}
