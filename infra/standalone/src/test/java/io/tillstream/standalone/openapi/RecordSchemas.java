package io.tillstream.standalone.openapi;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.tillstream.events.Flat;
import io.tillstream.events.Hidden;
import io.tillstream.events.Mode;
import io.tillstream.events.OmitNull;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON Schemas (2020-12) of records, as {@link io.tillstream.events.envelope.EventJson} writes them. For clients each record
 * is a component that others refer to; what is stored describes itself in one piece.
 */
final class RecordSchemas {
    static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String REFERENCE = "#/components/schemas/";

    private final boolean forClients;
    private final JavaDocs docs;
    private final Function<String, @Nullable ObjectNode> written;
    private final Map<String, ObjectNode> components = new TreeMap<>();
    private final Map<String, Class<?>> owners = new TreeMap<>();

    private RecordSchemas(boolean forClients, JavaDocs docs, Function<String, @Nullable ObjectNode> written) {
        this.forClients = forClients;
        this.docs = docs;
        this.written = written;
    }

    /**
     * What clients see.
     *
     * @param written the fields that a concept's request bodies declare; answers share their descriptions and examples
     */
    static RecordSchemas forClients(JavaDocs docs, Function<String, @Nullable ObjectNode> written) {
        return new RecordSchemas(true, docs, written);
    }

    /** What is stored and published. */
    static RecordSchemas stored(JavaDocs docs) {
        return new RecordSchemas(false, docs, concept -> null);
    }

    /** By name, sorted. */
    Map<String, ObjectNode> components() {
        return components;
    }

    /** A reference to a record's component, which is made where it isn't there yet. */
    ObjectNode reference(Class<?> type) {
        String name = name(type);
        Class<?> owner = owners.putIfAbsent(name, type);
        if (owner == null) components.put(name, object(type));
        else if (owner != type) throw new AssertionError("Both " + owner + " and " + type + " are shown as " + name);
        return JSON.objectNode().put("$ref", REFERENCE + name);
    }

    /** The name that clients know a type by. */
    private static String name(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        String simple = type.getSimpleName().replaceFirst("(?<=.)View$", "");
        return outer == null || outer.getSimpleName().endsWith("Controller") ? simple : name(outer) + simple;
    }

    /** One record by itself. */
    ObjectNode object(Class<?> type) {
        ObjectNode schema = JSON.objectNode();
        JavaDocs.Doc doc = docs.of(type);
        schema.put("type", "object");
        if (doc != null && !doc.text().isEmpty()) schema.put("description", doc.text());
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        addComponents(type, properties, required);
        if (!required.isEmpty()) schema.set("required", required);
        return schema;
    }

    private void addComponents(Class<?> type, ObjectNode properties, ArrayNode required) {
        if (!type.isRecord()) throw new AssertionError(type + " is no record, so what is in it is unknown");
        JavaDocs.Doc doc = docs.of(type);
        for (RecordComponent component : type.getRecordComponents()) {
            if (forClients && component.isAnnotationPresent(Hidden.class)) continue;
            if (forClients && component.isAnnotationPresent(Flat.class)) {
                addComponents(component.getType(), properties, required);
                continue;
            }
            String name = name(component);
            boolean nullable = nullable(component.getAnnotatedType());
            boolean omitted = component.isAnnotationPresent(OmitNull.class);
            ObjectNode schema = schema(component.getAnnotatedType(), nullable && !omitted);
            String said = doc == null ? null : doc.components().get(component.getName());
            if (said != null) schema.put("description", said);
            borrow(type, name, schema);
            properties.set(name, schema);
            // An event may have been written before a component was added to it, so what can be null may be absent
            // there.
            if (forClients ? !omitted : !nullable) required.add(name);
        }
    }

    private static String name(RecordComponent component) {
        JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
        return named == null ? JavaDocs.snake(component.getName()) : named.value();
    }

    /** What a request body says of a field of the same name and type holds in the answer too. */
    private void borrow(Class<?> type, String name, ObjectNode schema) {
        String concept = type.getPackageName().substring(type.getPackageName().lastIndexOf('.') + 1);
        ObjectNode fields = written.apply(concept);
        JsonNode field = fields == null ? null : fields.get(name);
        if (field == null || !mainType(field).equals(mainType(schema))) return;
        JsonNode description = field.get("description");
        if (description != null && !schema.has("description")) schema.set("description", description);
        JsonNode examples = field.get("examples");
        if (examples != null) schema.set("examples", examples);
    }

    private static String mainType(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray() ? type.get(0).asString() : type.asString("");
    }

    private static boolean nullable(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    private ObjectNode schema(AnnotatedType annotated, boolean nullable) {
        ObjectNode schema = ofType(annotated);
        if (!nullable) return schema;
        if (schema.path("type").isString()) {
            String type = schema.path("type").asString();
            schema.set("type", JSON.arrayNode().add(type).add("null"));
            return schema;
        }
        if (schema.isEmpty()) return schema;
        ObjectNode either = JSON.objectNode();
        either.putArray("anyOf").add(schema).addObject().put("type", "null");
        return either;
    }

    private ObjectNode ofType(AnnotatedType annotated) {
        Type type = annotated.getType();
        if (annotated instanceof AnnotatedParameterizedType parameterized) {
            Class<?> raw = (Class<?>) ((ParameterizedType) type).getRawType();
            AnnotatedType[] arguments = parameterized.getAnnotatedActualTypeArguments();
            AnnotatedType last = arguments[arguments.length - 1];
            ObjectNode inner = schema(last, nullable(last));
            ObjectNode schema = JSON.objectNode();
            if (Collection.class.isAssignableFrom(raw)) {
                schema.put("type", "array").set("items", inner);
                return schema;
            }
            if (Map.class.isAssignableFrom(raw)) {
                schema.put("type", "object");
                if (inner.isEmpty()) schema.put("additionalProperties", true);
                else schema.set("additionalProperties", inner);
                return schema;
            }
            throw new AssertionError("No schema is known for " + type);
        }
        Class<?> raw = (Class<?>) type;
        if (raw.isRecord()) return forClients ? reference(raw) : object(raw);
        return scalar(raw);
    }

    private static ObjectNode scalar(Class<?> type) {
        ObjectNode schema = JSON.objectNode();
        if (type == Object.class) return schema;
        if (type == ObjectNode.class) return schema.put("type", "object");
        if (type == String.class) return schema.put("type", "string");
        if (type == UUID.class) return schema.put("type", "string").put("format", "uuid");
        if (type == Instant.class) return schema.put("type", "string").put("format", "date-time");
        if (type == boolean.class || type == Boolean.class) return schema.put("type", "boolean");
        if (type == int.class || type == Integer.class)
            return schema.put("type", "integer").put("format", "int32");
        if (type == long.class || type == Long.class)
            return schema.put("type", "integer").put("format", "int64");
        if (type == BigDecimal.class) return schema.put("type", "number");
        if (type == Mode.class) {
            // Only data of the shop as a whole is in the third mode, and none of that says so.
            schema.put("type", "string").putArray("enum").add(Mode.LIVE.wire()).add(Mode.TEST.wire());
            return schema;
        }
        throw new AssertionError("No schema is known for " + type);
    }
}
