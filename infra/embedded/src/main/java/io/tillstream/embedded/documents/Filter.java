package io.tillstream.embedded.documents;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A query as conditions that must all hold.
 *
 * @param conditions those on one field that an index can answer
 * @param others the rest, each as a query of its own
 */
record Filter(List<Condition> conditions, List<Document> others) {
    /**
     * What one field's value must be.
     *
     * @param spans of the values that match, in ascending order
     * @param exact whether each span is one value
     * @param query the condition as it was asked
     */
    record Condition(String field, List<Span> spans, boolean exact, Document query) {
        boolean isPoint() {
            return exact && spans.size() == 1;
        }
    }

    static Filter of(Document query) {
        Filter filter = new Filter(new ArrayList<>(), new ArrayList<>());
        filter.read(query);
        return filter;
    }

    /** What else must hold. */
    Document without(Condition condition) {
        List<Condition> left = new ArrayList<>(conditions);
        left.remove(condition);
        return query(left, others);
    }

    static Document query(List<Condition> conditions, List<Document> others) {
        List<Document> all =
                new ArrayList<>(conditions.stream().map(Condition::query).toList());
        all.addAll(others);
        if (all.isEmpty()) return new Document();
        return all.size() == 1 ? all.getFirst() : new Document("$and", all);
    }

    private void read(Document query) {
        for (Map.Entry<String, Object> entry : query.entrySet()) {
            String key = entry.getKey();
            Object value = entry.getValue();
            if (key.equals("$and")
                    && value instanceof List<?> all
                    && !all.isEmpty()
                    && all.stream().allMatch(Document.class::isInstance)) {
                all.forEach(one -> read((Document) one));
                continue;
            }
            Document alone = new Document(key, value);
            Condition condition = key.startsWith("$") ? null : condition(key, value, alone);
            if (condition == null) others.add(alone);
            else conditions.add(condition);
        }
    }

    private static @Nullable Condition condition(String field, @Nullable Object value, Document query) {
        if (!(value instanceof Document operators)) {
            Span point = point(value);
            return point == null ? null : new Condition(field, List.of(point), true, query);
        }
        if (operators.size() == 1 && operators.get("$in") instanceof Collection<?> values)
            return oneOf(field, values, query);
        Span span = null;
        boolean exact = false;
        for (Map.Entry<String, Object> operator : operators.entrySet()) {
            Span one = span(operator.getKey(), operator.getValue());
            if (one == null) return null;
            span = span == null ? one : span.and(one);
            exact |= operator.getKey().equals("$eq");
        }
        // With $eq the others narrow it to that value or to nothing; the latter is left to the scan.
        if (span == null || (exact && operators.size() > 1)) return null;
        return new Condition(field, List.of(span), exact, query);
    }

    private static @Nullable Condition oneOf(String field, Collection<?> values, Document query) {
        List<Span> points = new ArrayList<>();
        for (Object value : values) {
            Span point = point(value);
            if (point == null) return null;
            points.add(point);
        }
        points.sort((one, other) -> Arrays.compareUnsigned(one.from(), other.from()));
        List<Span> distinct = new ArrayList<>();
        for (Span point : points) {
            if (distinct.isEmpty() || !Arrays.equals(distinct.getLast().from(), point.from())) distinct.add(point);
        }
        return new Condition(field, distinct, true, query);
    }

    private static @Nullable Span point(@Nullable Object value) {
        byte[] bytes = OrderedBytes.of(value);
        return bytes == null ? null : new Span(bytes, OrderedBytes.above(bytes));
    }

    /** Comparisons are with values of the same type only, and never with null. */
    private static @Nullable Span span(String operator, @Nullable Object value) {
        byte[] bytes = OrderedBytes.of(value);
        if (bytes == null) return null;
        if (operator.equals("$eq")) return new Span(bytes, OrderedBytes.above(bytes));
        if (value == null) return null;
        return switch (operator) {
            case "$gt" -> new Span(OrderedBytes.above(bytes), OrderedBytes.typeEnd(bytes));
            case "$gte" -> new Span(bytes, OrderedBytes.typeEnd(bytes));
            case "$lt" -> new Span(OrderedBytes.typeStart(bytes), bytes);
            case "$lte" -> new Span(OrderedBytes.typeStart(bytes), OrderedBytes.above(bytes));
            default -> null;
        };
    }

    /** The two conditions of a query that asks for one or the other of them. */
    static @Nullable List<Condition> either(Document query) {
        if (query.size() != 1 || !(query.get("$or") instanceof List<?> branches) || branches.size() != 2) return null;
        List<Condition> conditions = new ArrayList<>();
        for (Object branch : branches) {
            if (!(branch instanceof Document one)) return null;
            Filter filter = of(one);
            if (filter.conditions.size() != 1 || !filter.others.isEmpty()) return null;
            conditions.add(filter.conditions.getFirst());
        }
        return conditions;
    }
}
