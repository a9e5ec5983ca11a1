package io.tillstream.http.body;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An array whose elements are all of one kind. */
public final class ArrayField<V, E extends Field<V, E>> extends Field<List<V>, ArrayField<V, E>> {
    private final E element;
    private int min;
    private int max = 1_000;
    private boolean distinct;

    ArrayField(String name, E element) {
        super(name);
        this.element = element;
    }

    public ArrayField<V, E> size(int min, int max) {
        this.min = min;
        this.max = max;
        return this;
    }

    /** Repeated elements count once; the first keeps its place. */
    public ArrayField<V, E> distinct() {
        distinct = true;
        return this;
    }

    /** What holds for every element. */
    public ArrayField<V, E> each(Consumer<? super E> declaration) {
        declaration.accept(element);
        return this;
    }

    @Override
    @Nullable
    List<V> read(JsonNode node, String path, Errors errors, Instant now) {
        if (!node.isArray()) {
            errors.add(path, "must be an array");
            return null;
        }
        if (node.size() < min || node.size() > max) {
            errors.add(path, sizeRule());
            return null;
        }
        List<V> values = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            JsonNode item = node.get(i);
            V value = element.checked(item, path + "." + i, errors, now);
            if (value != null) values.add(value);
        }
        if (values.size() < node.size()) return null;
        return List.copyOf(distinct ? new LinkedHashSet<>(values) : values);
    }

    private String sizeRule() {
        if (min == 0) return "must have at most " + max + " entries";
        return min == 1 && max == 1_000
                ? "must have at least one entry"
                : "must have " + min + " to " + max + " entries";
    }

    @Override
    JsonNode write(List<V> value) {
        ArrayNode array = JSON.arrayNode();
        value.forEach(item -> array.add(element.write(item)));
        return array;
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "array");
        schema.set("items", element.schema());
        if (min > 0) schema.put("minItems", min);
        if (max < 1_000) schema.put("maxItems", max);
    }

    @Override
    ArrayField<V, E> self() {
        return this;
    }
}
