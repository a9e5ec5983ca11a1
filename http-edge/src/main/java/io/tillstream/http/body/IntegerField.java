package io.tillstream.http.body;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A whole number; {@code 5.0} is one, {@code "5"} isn't. */
public final class IntegerField extends Field<Integer, IntegerField> {
    private int min = Integer.MIN_VALUE;
    private int max = Integer.MAX_VALUE;

    IntegerField(String name) {
        super(name);
    }

    public IntegerField range(int min, int max) {
        this.min = min;
        this.max = max;
        return this;
    }

    public IntegerField atLeast(int min) {
        this.min = min;
        return this;
    }

    @Override
    @Nullable
    Integer read(JsonNode node, String path, Errors errors, Instant now) {
        Long value = Numbers.whole(node);
        if (value != null && value >= min && value <= max) return value.intValue();
        errors.add(path, rule());
        return null;
    }

    private String rule() {
        if (min == Integer.MIN_VALUE && max == Integer.MAX_VALUE) return "must be an integer";
        return max == Integer.MAX_VALUE
                ? "must be an integer of at least " + min
                : "must be an integer between " + min + " and " + max;
    }

    @Override
    JsonNode write(Integer value) {
        return JSON.numberNode(value);
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "integer");
        if (min != Integer.MIN_VALUE) schema.put("minimum", min);
        if (max != Integer.MAX_VALUE) schema.put("maximum", max);
    }

    @Override
    IntegerField self() {
        return this;
    }
}
