package io.tillstream.embedded.documents;

import de.bwaldvogel.mongo.bson.Document;
import io.tillstream.embedded.documents.Filter.Condition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * How one index answers a query.
 *
 * @param spans of its entries that may match, in ascending order
 * @param entries how many these are
 * @param sorted whether they come in the wanted order
 * @param residual what is yet to be asked of their documents; empty when they all match
 */
record Plan(OrderedIndex index, List<Span> spans, long entries, boolean sorted, boolean descending, Document residual) {
    static final Span ALL = new Span(new byte[] {0}, new byte[] {(byte) OrderedBytes.ABOVE});
    /** Reading a document by its id costs about as much as passing so many in a scan. */
    static final int SEEK = 3;

    /** The cheapest way to the first so many documents (0: to all of them), or null when that is the scan. */
    static @Nullable Plan cheapest(
            List<OrderedIndex> indexes, Filter filter, @Nullable Document sort, int wanted, long documents) {
        List<Plan> plans = all(indexes, filter, sort);
        long matching = documents;
        for (Plan plan : plans) matching = Math.min(matching, plan.entries);
        Plan best = null;
        long least = documents;
        for (Plan plan : plans) {
            long cost = SEEK * plan.reads(wanted, matching);
            if (cost >= least) continue;
            best = plan;
            least = cost;
        }
        return best;
    }

    /** How many match, if an index alone can say. */
    static @Nullable Long count(List<OrderedIndex> indexes, Filter filter) {
        for (Plan plan : all(indexes, filter, null)) if (plan.residual.isEmpty()) return plan.entries;
        return null;
    }

    private static List<Plan> all(List<OrderedIndex> indexes, Filter filter, @Nullable Document sort) {
        List<Plan> plans = new ArrayList<>();
        for (OrderedIndex index : indexes) if (index.usable()) plans.add(of(index, filter, sort));
        return plans;
    }

    /** How many documents it should read until so many match, when at most {@code matching} of all do. */
    private long reads(int wanted, long matching) {
        if (!sorted || wanted == 0) return entries;
        if (residual.isEmpty()) return Math.min(entries, wanted);
        return Math.min(entries, wanted * entries / Math.max(1, matching));
    }

    private static Plan of(OrderedIndex index, Filter filter, @Nullable Document sort) {
        List<String> fields = index.fields();
        List<Condition> left = new ArrayList<>(filter.conditions());
        List<Document> others = new ArrayList<>(filter.others());
        byte[] start = new byte[0];
        int fixed = 0;
        for (Condition point; fixed < fields.size() && (point = point(left, fields.get(fixed))) != null; fixed++) {
            start = OrderedBytes.join(start, point.spans().getFirst().from());
            left.remove(point);
        }
        List<Span> spans = List.of(ALL);
        if (fixed < fields.size()) {
            Span range = range(left, fields.get(fixed));
            if (range != null) {
                boolean beforeId = fixed + 2 == fields.size();
                spans = List.of(beforeId ? beyond(range, others, fields.get(fixed), fields.getLast()) : range);
            } else {
                spans = oneOf(left, fields.get(fixed));
            }
        }
        List<Span> absolute = new ArrayList<>();
        long entries = 0;
        for (Span span : spans) {
            Span within = span.within(start);
            absolute.add(within);
            entries += index.count(within);
        }
        Order order = order(fields, fixed, sort);
        return new Plan(
                index, absolute, entries, order != Order.OTHER, order == Order.DESCENDING, Filter.query(left, others));
    }

    private static @Nullable Condition point(List<Condition> left, String field) {
        for (Condition condition : left) if (condition.field().equals(field) && condition.isPoint()) return condition;
        return null;
    }

    /** What all ranges of one field have in common. */
    private static @Nullable Span range(List<Condition> left, String field) {
        Span range = null;
        for (Iterator<Condition> it = left.iterator(); it.hasNext(); ) {
            Condition condition = it.next();
            if (!condition.field().equals(field) || condition.exact()) continue;
            Span span = condition.spans().getFirst();
            range = range == null ? span : range.and(span);
            it.remove();
        }
        return range;
    }

    private static List<Span> oneOf(List<Condition> left, String field) {
        for (Condition condition : left) {
            if (!condition.field().equals(field)) continue;
            left.remove(condition);
            return condition.spans();
        }
        return List.of(ALL);
    }

    /** Narrows "from v on" by "above v, or above this id" to what comes after both; and downwards. */
    private static Span beyond(Span range, List<Document> others, String field, String id) {
        for (Document other : others) {
            List<Condition> either = Filter.either(other);
            if (either == null) continue;
            Condition value = either.getFirst();
            Condition last = either.getLast();
            if (!value.field().equals(field) || !last.field().equals(id) || value.exact() || last.exact()) continue;
            Span values = value.spans().getFirst();
            Span ids = last.spans().getFirst();
            byte[] texts = OrderedBytes.typeStart(ids.from());
            if (!Arrays.equals(texts, OrderedBytes.TEXTS.from())) continue;
            if (Arrays.equals(ids.to(), OrderedBytes.TEXTS.to())
                    && Arrays.equals(values.from(), OrderedBytes.above(range.from()))
                    && Arrays.equals(values.to(), OrderedBytes.typeEnd(range.from()))) {
                others.remove(other);
                return new Span(OrderedBytes.join(range.from(), ids.from()), range.to());
            }
            if (Arrays.equals(ids.from(), OrderedBytes.TEXTS.from())
                    && Arrays.equals(range.to(), OrderedBytes.above(values.to()))
                    && Arrays.equals(values.from(), OrderedBytes.typeStart(values.to()))) {
                others.remove(other);
                return new Span(range.from(), OrderedBytes.join(values.to(), ids.to()));
            }
        }
        return range;
    }

    private enum Order {
        ASCENDING,
        DESCENDING,
        OTHER
    }

    /** How entries that share the first fields lie to a sort. Unsorted, and where a sort leaves it open, documents come by id. */
    private static Order order(List<String> fields, int fixed, @Nullable Document sort) {
        Set<String> constant = Set.copyOf(fields.subList(0, fixed));
        int next = fixed;
        Order order = null;
        for (Map.Entry<String, Object> by : sort == null ? Set.<Map.Entry<String, Object>>of() : sort.entrySet()) {
            if (!(by.getValue() instanceof Number direction)) return Order.OTHER;
            if (constant.contains(by.getKey())) continue;
            if (next == fields.size()) break; // no two entries are equal up to here
            Order wanted = direction.intValue() > 0 ? Order.ASCENDING : Order.DESCENDING;
            if (!by.getKey().equals(fields.get(next)) || (order != null && order != wanted)) return Order.OTHER;
            order = wanted;
            next++;
        }
        if (next >= fields.size()) return order == null ? Order.ASCENDING : order;
        boolean byId = next == fields.size() - 1;
        return byId && order != Order.DESCENDING ? Order.ASCENDING : Order.OTHER;
    }

    /** The ids of the documents that may match: as sorted, or by id. */
    Stream<String> ids() {
        List<Span> inOrder = descending ? spans.reversed() : spans;
        Stream<String> ids = inOrder.stream()
                .flatMap(span -> StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(index.ids(span, descending), Spliterator.ORDERED), false));
        return sorted ? ids : ids.sorted();
    }
}
