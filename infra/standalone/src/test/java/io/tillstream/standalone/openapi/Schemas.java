package io.tillstream.standalone.openapi;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Holds values against JSON Schemas, formats included. */
final class Schemas {
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

    private Schemas() {}

    /** What is wrong with a value; empty if nothing is. */
    static List<String> wrong(JsonNode schema, JsonNode value) {
        Schema compiled = REGISTRY.getSchema(schema);
        return compiled.validate(value).stream().map(Object::toString).toList();
    }
}
