package io.tillstream.http.body;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A table of fields: those of a body, or of an object in it. Declared once, then only read. */
public class Fields {
    /** A rule over several fields; asked only when every field for itself is right. */
    @FunctionalInterface
    public interface Rule {
        void check(Values values, Errors errors, Instant now);
    }

    private final Map<String, Field<?, ?>> byName = new LinkedHashMap<>();
    private final List<Rule> rules = new ArrayList<>();
    private boolean strict;
    private boolean onlyFirstSent;
    private @Nullable ErrorCode whenEmpty;

    Fields() {}

    public final TextField text(String name) {
        return add(new TextField(name));
    }

    public final ChoiceField choice(String name, String... choices) {
        return add(new ChoiceField(name, List.of(choices)));
    }

    public final ChoiceField choice(String name, Collection<String> choices) {
        return add(new ChoiceField(name, List.copyOf(choices)));
    }

    public final IntegerField integer(String name) {
        return add(new IntegerField(name));
    }

    public final MoneyField money(String name) {
        return add(new MoneyField(name));
    }

    public final DecimalField decimal(String name, String min, String max) {
        return add(new DecimalField(name, new BigDecimal(min), new BigDecimal(max)));
    }

    public final BoolField bool(String name) {
        return add(new BoolField(name));
    }

    public final UuidField uuid(String name) {
        return add(new UuidField(name));
    }

    public final TimestampField timestamp(String name) {
        return add(new TimestampField(name));
    }

    /** An object with declared fields. */
    public final ObjectField object(String name, Consumer<Fields> declaration) {
        return add(new ObjectField(name, declared(declaration)));
    }

    /** An object of the client's own making, kept as it is. */
    public final AnyField any(String name) {
        return add(new AnyField(name));
    }

    public final ArrayField<String, TextField> texts(String name) {
        return add(new ArrayField<>(name, new TextField(name)));
    }

    public final ArrayField<String, ChoiceField> choices(String name, Collection<String> choices) {
        return add(new ArrayField<>(name, new ChoiceField(name, List.copyOf(choices))));
    }

    public final ArrayField<Long, MoneyField> monies(String name) {
        return add(new ArrayField<>(name, new MoneyField(name)));
    }

    public final ArrayField<UUID, UuidField> uuids(String name) {
        return add(new ArrayField<>(name, new UuidField(name)));
    }

    /** An array of objects with declared fields. */
    public final ArrayField<Values, ObjectField> objects(String name, Consumer<Fields> declaration) {
        return add(new ArrayField<>(name, new ObjectField(name, declared(declaration))));
    }

    /** An array of objects of the client's own making. */
    public final ArrayField<ObjectNode, AnyField> anys(String name) {
        return add(new ArrayField<>(name, new AnyField(name)));
    }

    /** A field that isn't declared here is an error; otherwise it is dropped. */
    public final void strict() {
        strict = true;
    }

    /** Only the first of the declared fields that was sent counts, null too; the others aren't looked at. */
    public final void onlyFirstSent() {
        onlyFirstSent = true;
    }

    /** At least one declared field has to be there. */
    public final void notEmpty(ErrorCode otherwise) {
        whenEmpty = otherwise;
    }

    public final void rule(Rule rule) {
        rules.add(rule);
    }

    final Field<?, ?> field(String name) {
        Field<?, ?> field = byName.get(name);
        if (field == null) throw new IllegalArgumentException("No field " + name + " is declared");
        return field;
    }

    /** Reads what was sent. The rules over several fields come last, so values may be incomplete while there are errors. */
    final Values read(ObjectNode sent, String path, Errors errors, Instant now) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        int before = errors.count();
        for (Field<?, ?> field : byName.values()) {
            read(field, sent.get(field.name()), path, values, errors, now);
            if (onlyFirstSent && sent.has(field.name())) break;
        }
        if (strict) {
            for (String name : sent.propertyNames())
                if (!byName.containsKey(name)) errors.add(path + name, "is no field that can be set here");
        }
        Values read = new Values(this, values);
        if (errors.count() == before) {
            if (whenEmpty != null && values.isEmpty()) throw nothing(whenEmpty);
            for (Rule rule : rules) rule.check(read, errors, now);
        }
        return read;
    }

    private static <V> void read(
            Field<V, ?> field,
            @Nullable JsonNode node,
            String path,
            Map<String, @Nullable Object> values,
            Errors errors,
            Instant now) {
        String name = field.name();
        if (node == null || field.absent(node)) {
            if (field.byDefault() != null) values.put(name, field.byDefault());
            else if (field.isRequired()) errors.add(path + name, "is required");
        } else if (field.empty(node)) {
            if (field.nullAllowed()) values.put(name, null);
            else if (field.isRequired()) errors.add(path + name, "is required");
            else errors.add(path + name, node.isNull() ? "must not be null" : "must not be empty");
        } else {
            V value = field.checked(node, path + name, errors, now);
            if (value != null) values.put(name, value);
        }
    }

    private Invalid nothing(ErrorCode code) {
        return new Invalid(code, "Nothing to change: send at least one of " + String.join(", ", byName.keySet()));
    }

    /** The JSON Schema (2020-12, as OpenAPI 3.1 uses it) of these fields. */
    public final ObjectNode schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JsonNodeFactory.instance.arrayNode();
        byName.values().forEach(field -> {
            properties.set(field.name(), field.schema());
            if (field.isRequired()) required.add(field.name());
        });
        if (!required.isEmpty()) schema.set("required", required);
        if (strict) schema.put("additionalProperties", false);
        if (whenEmpty != null) schema.put("minProperties", 1);
        return schema;
    }

    private static Fields declared(Consumer<Fields> declaration) {
        Fields fields = new Fields();
        declaration.accept(fields);
        return fields;
    }

    private <F extends Field<?, ?>> F add(F field) {
        if (byName.put(field.name(), field) != null)
            throw new IllegalStateException("Field " + field.name() + " is declared twice");
        return field;
    }
}
