package io.tillstream.http.body;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One of a few words, exactly as written. */
public final class ChoiceField extends Field<String, ChoiceField> {
    private final List<String> choices;

    ChoiceField(String name, List<String> choices) {
        super(name);
        this.choices = choices;
    }

    @Override
    @Nullable
    String read(JsonNode node, String path, Errors errors, Instant now) {
        if (node.isString() && choices.contains(node.stringValue())) return node.stringValue();
        errors.add(path, "must be one of: " + String.join(", ", choices));
        return null;
    }

    @Override
    JsonNode write(String value) {
        return JSON.stringNode(value);
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "string");
        ArrayNode values = schema.putArray("enum");
        choices.forEach(values::add);
    }

    @Override
    ChoiceField self() {
        return this;
    }
}
