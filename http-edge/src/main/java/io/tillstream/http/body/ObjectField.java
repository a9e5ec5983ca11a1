package io.tillstream.http.body;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An object with fields of its own. */
public final class ObjectField extends Field<Values, ObjectField> {
    private final Fields fields;

    ObjectField(String name, Fields fields) {
        super(name);
        this.fields = fields;
    }

    @Override
    @Nullable
    Values read(JsonNode node, String path, Errors errors, Instant now) {
        if (node instanceof ObjectNode object) return fields.read(object, path + ".", errors, now);
        errors.add(path, "must be an object");
        return null;
    }

    @Override
    JsonNode write(Values value) {
        return value.json();
    }

    @Override
    void describe(ObjectNode schema) {
        schema.setAll(fields.schema());
    }

    @Override
    ObjectField self() {
        return this;
    }
}
