package io.tillstream.http;

import io.tillstream.http.access.Access;
import io.tillstream.http.body.Body;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.time.AsOf;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One method and path that the service answers, with all that its handler declares.
 *
 * @param uuids names of path variables that are UUIDs
 * @param body null when it takes none
 * @param bodyOptional whether it may be left out
 * @param list null when it isn't a list
 * @param fromStore whether it never answers from the read model
 * @param timeTravel whether it can show the past
 * @param kept whether its answers are kept while the read model stands
 */
public record Route(
        String method,
        String pattern,
        Method handler,
        Access access,
        List<String> uuids,
        @Nullable Body body,
        boolean bodyOptional,
        @Nullable ListParams list,
        boolean fromStore,
        boolean timeTravel,
        boolean kept) {
    /** Whether the answer to this query comes from the event store, which is never behind. */
    boolean readsStore(Map<String, List<String>> query) {
        return fromStore || (timeTravel && AsOf.asked(query));
    }
}
