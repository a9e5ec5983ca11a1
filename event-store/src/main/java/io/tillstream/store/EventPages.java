package io.tillstream.store;

import io.tillstream.events.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads history in pages, by position and with filters. It must not be asked for what is above the {@link Horizon}: a page
 * is for ever.
 *
 * <p>A page is the first so many of several branches, one for each mode and type, because each of them is a range of an
 * index in the page's order; so a page costs what it shows, however rare that is and wherever it lies. Of large events it has
 * fewer than were asked for, and says that there are more.
 */
public final class EventPages {
    // as the indexes of V2 have them
    private static final String ACTOR = "(metadata::jsonb ->> 'actor')";
    private static final String REQUEST = "(metadata::jsonb ->> 'request_id')";
    private static final String CORRELATION = "(metadata::jsonb ->> 'correlation_id')";

    private final JdbcClient jdbc;

    public EventPages(EventLog log) {
        this.jdbc = log.jdbc();
    }

    /**
     * The next events of a filter.
     *
     * @param after exclusive
     * @param upTo inclusive
     * @param ascending whether the page begins after the one bound, or at the other
     */
    public EventRun page(EventFilter filter, long after, long upTo, int limit, boolean ascending) {
        return page(filter, after, upTo, limit, StoredEvents.RUN_BYTES, ascending);
    }

    /** As the other, with at most so many bytes of payload, but for an event that has more alone. */
    public EventRun page(EventFilter filter, long after, long upTo, int limit, long bytes, boolean ascending) {
        String order = ascending ? " asc" : " desc";
        // A sum is no column, so PostgreSQL doesn't walk through all of history in order, hoping to meet some soon.
        String inBranch = " order by position" + (filter.picksSome() ? " + 0" : "") + order + " limit :limit";
        Map<String, Object> params = new HashMap<>(Map.of("after", after, "up_to", upTo, "limit", limit));
        List<String> branches = branches(filter, params);
        String sql = branches.size() == 1
                ? StoredEvents.SELECT + branches.getFirst() + inBranch
                : StoredEvents.SELECT + " where position = any (array(select position from ("
                        + branches.stream()
                                .map(branch -> "(select position from events" + branch + inBranch + ")")
                                .collect(Collectors.joining(" union all "))
                        + ") branches order by position" + order + " limit :limit)) order by position" + order;
        return StoredEvents.run(jdbc, sql, params, limit, ascending, bytes);
    }

    /**
     * The next events of a filter, ascending, for whoever reads all of it in long runs: where a filter picks no few of them,
     * they are read in the table's own order.
     *
     * @param after exclusive
     * @param upTo inclusive
     */
    public EventRun run(EventFilter filter, long after, long upTo, int limit) {
        if (filter.picksFew()) return page(filter, after, upTo, limit, true);
        Map<String, Object> params = new HashMap<>(Map.of("after", after, "up_to", upTo, "limit", limit));
        StringJoiner where = common(filter, params);
        if (!filter.modes().isEmpty()) {
            where.add("mode = any (:modes)");
            params.put("modes", filter.modes().stream().map(Mode::wire).toArray(String[]::new));
        }
        return StoredEvents.run(
                jdbc,
                StoredEvents.SELECT + where + " order by position limit :limit",
                params,
                limit,
                true,
                StoredEvents.RUN_BYTES);
    }

    private static List<String> branches(EventFilter filter, Map<String, Object> params) {
        List<String> branches = List.of(common(filter, params).toString());
        branches = each(branches, modes(filter, params));
        branches = each(branches, types(filter, params));
        return each(branches, correlations(filter, params));
    }

    /** Every branch with every one of the alternatives; where there are none, as it is. */
    private static List<String> each(List<String> branches, List<String> alternatives) {
        if (alternatives.isEmpty()) return branches;
        return branches.stream()
                .flatMap(branch -> alternatives.stream().map(alternative -> branch + " and " + alternative))
                .toList();
    }

    private static List<String> modes(EventFilter filter, Map<String, Object> params) {
        List<String> conditions = new ArrayList<>();
        for (Mode mode : filter.modes()) {
            conditions.add("mode = :" + mode.wire());
            params.put(mode.wire(), mode.wire());
        }
        return conditions;
    }

    private static List<String> types(EventFilter filter, Map<String, Object> params) {
        List<String> conditions = new ArrayList<>();
        for (String type : filter.types()) {
            String name = "type" + conditions.size();
            boolean wild = EventFilter.wild(type);
            conditions.add((wild ? "aggregate_type = :" : "type = :") + name);
            params.put(name, wild ? EventFilter.aggregate(type) : type);
        }
        return conditions;
    }

    /** Most events are correlated with their own request, which has an index; another one has the rest. */
    private static List<String> correlations(EventFilter filter, Map<String, Object> params) {
        String correlation = filter.correlationId();
        if (correlation == null) return List.of();
        params.put("correlation_id", correlation);
        return List.of(
                REQUEST + " = :correlation_id and " + CORRELATION + " = :correlation_id",
                CORRELATION + " = :correlation_id and " + CORRELATION + " <> " + REQUEST);
    }

    private static StringJoiner common(EventFilter filter, Map<String, Object> params) {
        StringJoiner where = new StringJoiner(" and ", " where ", "");
        where.add("position > :after").add("position <= :up_to");
        add(where, params, "aggregate_type = :aggregate_type", "aggregate_type", filter.aggregateType());
        add(where, params, "aggregate_id = :aggregate_id", "aggregate_id", filter.aggregateId());
        add(where, params, ACTOR + " = :actor", "actor", filter.actor());
        add(where, params, REQUEST + " = :request_id", "request_id", filter.requestId());
        add(where, params, "time >= :from", "from", filter.from());
        add(where, params, "time < :to", "to", filter.to());
        return where;
    }

    private static void add(
            StringJoiner where, Map<String, Object> params, String condition, String name, @Nullable String value) {
        if (value == null) return;
        where.add(condition);
        params.put(name, value);
    }
}
