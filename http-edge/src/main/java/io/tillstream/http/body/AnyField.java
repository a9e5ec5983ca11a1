package io.tillstream.http.body;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object of the client's own making, kept as it is. */
public final class AnyField extends Field<ObjectNode, AnyField> {
    AnyField(String name) {
        super(name);
    }

    @Override
    @Nullable
    ObjectNode read(JsonNode node, String path, Errors errors, Instant now) {
        if (node instanceof ObjectNode object) return object;
        errors.add(path, "must be an object");
        return null;
    }

    @Override
    JsonNode write(ObjectNode value) {
        return value;
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "object");
        schema.put("additionalProperties", true);
    }

    @Override
    AnyField self() {
        return this;
    }
}
