package io.tillstream.http.body;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An amount in minor units (cents) of a currency that another field names. */
public final class MoneyField extends Field<Long, MoneyField> {
    /** The greatest amount, contract decision 33. */
    public static final long MAX = 99_999_999;

    private long min;

    MoneyField(String name) {
        super(name);
    }

    public MoneyField atLeast(long min) {
        this.min = min;
        return this;
    }

    @Override
    @Nullable
    Long read(JsonNode node, String path, Errors errors, Instant now) {
        Long value = Numbers.whole(node);
        if (value != null && value >= min && value <= MAX) return value;
        errors.add(path, "must be a whole number of minor units (2999 is 29.99), " + min + " to " + MAX);
        return null;
    }

    @Override
    JsonNode write(Long value) {
        return JSON.numberNode(value);
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "integer");
        schema.put("format", "int64");
        schema.put("minimum", min);
        schema.put("maximum", MAX);
    }

    @Override
    MoneyField self() {
        return this;
    }
}
