package io.tillstream.http.body;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A number that may have a fraction, such as a percentage. Never money. */
public final class DecimalField extends Field<BigDecimal, DecimalField> {
    private final BigDecimal min;
    private final BigDecimal max;

    DecimalField(String name, BigDecimal min, BigDecimal max) {
        super(name);
        this.min = min;
        this.max = max;
    }

    @Override
    @Nullable
    BigDecimal read(JsonNode node, String path, Errors errors, Instant now) {
        if (node.isNumber()) {
            BigDecimal value = node.decimalValue();
            if (value.compareTo(min) >= 0 && value.compareTo(max) <= 0) return value;
        }
        errors.add(path, "must be a number between " + min.toPlainString() + " and " + max.toPlainString());
        return null;
    }

    @Override
    JsonNode write(BigDecimal value) {
        return JSON.numberNode(value);
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "number");
        schema.put("minimum", min);
        schema.put("maximum", max);
    }

    @Override
    DecimalField self() {
        return this;
    }
}
