package io.tillstream.http.body;

import io.tillstream.events.envelope.EventJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One field of a body.
 *
 * @param <V> what its value is once read
 * @param <F> its own type, so that declarations chain
 */
public abstract class Field<V, F extends Field<V, F>> {
    static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** A rule of one field. */
    @FunctionalInterface
    public interface Check<V> {
        /** What is wrong, as it goes on after the field's name ({@code must be in the future}); null if nothing is. */
        @Nullable
        String wrong(V value, Instant now);
    }

    private final String name;
    private final List<Check<? super V>> checks = new ArrayList<>();
    private boolean required;
    private boolean nullable;
    private boolean nullIsAbsent;
    private boolean emptyIsNull;
    private @Nullable V byDefault;
    private @Nullable String doc;
    private @Nullable JsonNode example;

    Field(String name) {
        this.name = name;
    }

    /** What it reads as; adds what is wrong to {@code errors} and gives null then. */
    abstract @Nullable V read(JsonNode node, String path, Errors errors, Instant now);

    /** The normalised JSON of a value. */
    abstract JsonNode write(V value);

    /** Adds type and limits to this field's schema. */
    abstract void describe(ObjectNode schema);

    abstract F self();

    public final F required() {
        required = true;
        return self();
    }

    /** {@code null} is a value of it. Otherwise null is an error. */
    public final F nullable() {
        nullable = true;
        return self();
    }

    /** {@code null} is as good as leaving the field out. */
    public final F nullIsAbsent() {
        nullIsAbsent = true;
        return self();
    }

    /** The empty string is as good as null. */
    public final F emptyIsNull() {
        emptyIsNull = true;
        return self();
    }

    /** What an absent field has. */
    public final F defaultsTo(V value) {
        byDefault = value;
        return self();
    }

    /** A rule beyond type and limits; several are asked in order, until one finds something wrong. */
    public final F check(Check<? super V> check) {
        checks.add(check);
        return self();
    }

    /** What it means, for the API's description. */
    public final F doc(String text) {
        doc = text;
        return self();
    }

    /** A good value, for the API's description. */
    public final F example(@Nullable Object value) {
        example = EventJson.CLIENT.valueToTree(value);
        return self();
    }

    public final String name() {
        return name;
    }

    final boolean isRequired() {
        return required;
    }

    final @Nullable V byDefault() {
        return byDefault;
    }

    /** Whether a field that was sent this way counts as not sent. */
    final boolean absent(JsonNode node) {
        return nullIsAbsent && empty(node);
    }

    final boolean nullAllowed() {
        return nullable;
    }

    final boolean takesEmpty() {
        return emptyIsNull;
    }

    final boolean empty(JsonNode node) {
        return node.isNull()
                || (emptyIsNull && node.isString() && node.stringValue().isEmpty());
    }

    /** Reads a value that isn't null and asks the checks. */
    final @Nullable V checked(JsonNode node, String path, Errors errors, Instant now) {
        V value = read(node, path, errors, now);
        if (value == null) return null;
        for (Check<? super V> check : checks) {
            String wrong = check.wrong(value, now);
            if (wrong != null) {
                errors.add(path, wrong);
                return null;
            }
        }
        return value;
    }

    final ObjectNode schema() {
        ObjectNode schema = JSON.objectNode();
        describe(schema);
        if (nullable || nullIsAbsent) allowNull(schema);
        if (doc != null) schema.put("description", doc);
        if (byDefault != null) schema.set("default", write(byDefault));
        if (example != null) schema.putArray("examples").add(example);
        return schema;
    }

    private static void allowNull(ObjectNode schema) {
        JsonNode type = schema.get("type");
        if (type != null && type.isString()) {
            ArrayNode types = JSON.arrayNode().add(type.stringValue()).add("null");
            schema.set("type", types);
        }
        if (schema.get("enum") instanceof ArrayNode values) values.addNull();
    }
}
