package io.tillstream.http.body;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A JSON boolean, nothing that looks like one. */
public final class BoolField extends Field<Boolean, BoolField> {
    BoolField(String name) {
        super(name);
    }

    @Override
    @Nullable
    Boolean read(JsonNode node, String path, Errors errors, Instant now) {
        if (node.isBoolean()) return node.booleanValue();
        errors.add(path, "must be true or false");
        return null;
    }

    @Override
    JsonNode write(Boolean value) {
        return JSON.booleanNode(value);
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "boolean");
    }

    @Override
    BoolField self() {
        return this;
    }
}
