package io.tillstream.http.body;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Numbers of a parsed body, whose size {@link JsonInput} has bounded. */
final class Numbers {
    private Numbers() {}

    /** The whole number that a JSON number is ({@code 5} and {@code 5.0}), null if it is none. */
    static @Nullable Long whole(JsonNode node) {
        if (node.isIntegralNumber()) return node.canConvertToLong() ? node.longValue() : null;
        if (!node.isNumber()) return null;
        BigDecimal value = node.decimalValue().stripTrailingZeros();
        if (value.scale() > 0 || value.precision() - value.scale() > 18) return null;
        return value.longValueExact();
    }
}
