package io.tillstream.http.body;

import io.tillstream.http.text.Uuids;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A UUID in any case, surrounding blanks ignored. */
public final class UuidField extends Field<UUID, UuidField> {
    private boolean standard;

    UuidField(String name) {
        super(name);
    }

    /** Only those of RFC 9562: version 1 to 8 with its variant, nil or max. */
    public UuidField standard() {
        standard = true;
        return this;
    }

    @Override
    @Nullable
    UUID read(JsonNode node, String path, Errors errors, Instant now) {
        if (node.isString()) {
            Optional<UUID> id = Uuids.parse(node.stringValue().strip());
            if (id.isPresent() && (!standard || Uuids.standard(id.get()))) return id.get();
        }
        errors.add(path, "must be a UUID");
        return null;
    }

    @Override
    JsonNode write(UUID value) {
        return JSON.stringNode(value.toString());
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "string");
        schema.put("format", "uuid");
    }

    @Override
    UuidField self() {
        return this;
    }
}
