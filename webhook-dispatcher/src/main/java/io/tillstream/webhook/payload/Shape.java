package io.tillstream.webhook.payload;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An object in a payload: declared once, it gives a JSON Schema and a sample. */
final class Shape {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private record Member(String name, ObjectNode schema, JsonNode sample, boolean required) {
        Member optional() {
            return new Member(name, schema, sample, false);
        }
    }

    private final List<Member> members = new ArrayList<>();
    private @Nullable String alone;

    static Shape shape() {
        return new Shape();
    }

    Shape text(String name, String doc, @Nullable String sample) {
        return add(name, type("string", doc), JSON.stringNode(sample == null ? "" : sample), true);
    }

    Shape nullableText(String name, String doc, @Nullable String sample) {
        return add(
                name,
                type(List.of("string", "null"), doc),
                sample == null ? JSON.nullNode() : JSON.stringNode(sample),
                true);
    }

    Shape id(String name, String doc, String sample) {
        ObjectNode schema = type("string", doc).put("format", "uuid");
        return add(name, schema, JSON.stringNode(sample), true);
    }

    Shape nullableId(String name, String doc, @Nullable String sample) {
        ObjectNode schema = type(List.of("string", "null"), doc).put("format", "uuid");
        return add(name, schema, sample == null ? JSON.nullNode() : JSON.stringNode(sample), true);
    }

    Shape time(String name, String doc, String sample) {
        return add(name, type("string", doc).put("format", "date-time"), JSON.stringNode(sample), true);
    }

    Shape nullableTime(String name, String doc, @Nullable String sample) {
        ObjectNode schema = type(List.of("string", "null"), doc).put("format", "date-time");
        return add(name, schema, sample == null ? JSON.nullNode() : JSON.stringNode(sample), true);
    }

    Shape number(String name, String doc, long sample) {
        return add(name, type("integer", doc), JSON.numberNode(sample), true);
    }

    Shape nullableNumber(String name, String doc, @Nullable Long sample) {
        return add(
                name,
                type(List.of("integer", "null"), doc),
                sample == null ? JSON.nullNode() : JSON.numberNode(sample),
                true);
    }

    Shape percent(String name, String doc, double sample) {
        return add(name, type(List.of("number", "null"), doc), JSON.numberNode(sample), true);
    }

    Shape bool(String name, String doc, boolean sample) {
        return add(name, type("boolean", doc), JSON.booleanNode(sample), true);
    }

    /** A flag that is absent where it would be false. */
    Shape yes(String name, String doc) {
        return add(name, type("boolean", doc).put("const", true), JSON.booleanNode(true), true);
    }

    Shape object(String name, String doc, Shape shape) {
        return add(name, shape.schema().put("description", doc), shape.sample(), true);
    }

    Shape nullableObject(String name, String doc, Shape shape) {
        ObjectNode schema = shape.schema().put("description", doc);
        schema.set("type", JSON.arrayNode().add("object").add("null"));
        return add(name, schema, JSON.nullNode(), true);
    }

    Shape objects(String name, String doc, Shape shape) {
        ObjectNode schema = type("array", doc);
        schema.set("items", shape.schema());
        return add(name, schema, JSON.arrayNode(), true);
    }

    /** A list that is absent where it would be empty. */
    Shape someObjects(String name, String doc, Shape shape) {
        ObjectNode schema = type("array", doc).put("minItems", 1);
        schema.set("items", shape.schema());
        return add(name, schema, JSON.arrayNode().add(shape.sample()), false);
    }

    /** An object whose members all have one shape, whatever they are called. */
    Shape mapOf(String name, String doc, ObjectNode valueSchema, ObjectNode sample) {
        ObjectNode schema = type("object", doc);
        schema.set("additionalProperties", valueSchema);
        return add(name, schema, sample, true);
    }

    /** The last member may be absent. */
    Shape optional() {
        members.add(members.removeLast().optional());
        return this;
    }

    /** These members too. */
    Shape and(Shape more) {
        members.addAll(more.members);
        return this;
    }

    /** These members too, each of which may be absent. */
    Shape perhaps(Shape more) {
        more.members.forEach(member -> members.add(member.optional()));
        return this;
    }

    /** Of a thing that has vanished, this member is all there is. */
    Shape orOnly(String name) {
        alone = name;
        return this;
    }

    ObjectNode schema() {
        ObjectNode schema = JSON.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        for (Member member : members) {
            properties.set(member.name(), member.schema().deepCopy());
            if (member.required()) required.add(member.name());
        }
        if (alone != null) {
            schema.putArray("required").add(alone);
            ArrayNode either = schema.putArray("anyOf");
            either.addObject().set("required", required);
            either.addObject().put("maxProperties", 1);
        } else if (!required.isEmpty()) schema.set("required", required);
        return schema;
    }

    ObjectNode sample() {
        ObjectNode sample = JSON.objectNode();
        for (Member member : members) sample.set(member.name(), member.sample().deepCopy());
        return sample;
    }

    private Shape add(String name, ObjectNode schema, JsonNode sample, boolean required) {
        members.add(new Member(name, schema, sample, required));
        return this;
    }

    private static ObjectNode type(String type, String doc) {
        return JSON.objectNode().put("type", type).put("description", doc);
    }

    private static ObjectNode type(List<String> types, String doc) {
        ObjectNode schema = JSON.objectNode();
        ArrayNode all = schema.putArray("type");
        types.forEach(all::add);
        return schema.put("description", doc);
    }
}
