package io.tillstream.http.body;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a body says, checked and normalised. Asking for a field that isn't declared, or as another type, is a mistake in
 * the program and fails. A value is null when the field was absent or sent as null: {@link #has} tells.
 */
public final class Values {
    private final Fields fields;
    private final Map<String, @Nullable Object> values;

    Values(Fields fields, Map<String, @Nullable Object> values) {
        this.fields = fields;
        this.values = values;
    }

    /** Whether the field was sent (null too), or has a default. */
    public boolean has(String field) {
        fields.field(field);
        return values.containsKey(field);
    }

    public @Nullable String text(String field) {
        return get(field, String.class);
    }

    public @Nullable Integer integer(String field) {
        return get(field, Integer.class);
    }

    /** Minor units. */
    public @Nullable Long money(String field) {
        return get(field, Long.class);
    }

    public @Nullable BigDecimal decimal(String field) {
        return get(field, BigDecimal.class);
    }

    public @Nullable Boolean bool(String field) {
        return get(field, Boolean.class);
    }

    public @Nullable UUID uuid(String field) {
        return get(field, UUID.class);
    }

    public @Nullable Instant instant(String field) {
        return get(field, Instant.class);
    }

    public @Nullable Values object(String field) {
        return get(field, Values.class);
    }

    /** An object of the client's own making. */
    public @Nullable ObjectNode any(String field) {
        return get(field, ObjectNode.class);
    }

    public @Nullable List<String> texts(String field) {
        return list(field, String.class);
    }

    public @Nullable List<Long> monies(String field) {
        return list(field, Long.class);
    }

    public @Nullable List<UUID> uuids(String field) {
        return list(field, UUID.class);
    }

    public @Nullable List<Values> objects(String field) {
        return list(field, Values.class);
    }

    public @Nullable List<ObjectNode> anys(String field) {
        return list(field, ObjectNode.class);
    }

    /** Of a field that is required or has a default. */
    public String requiredText(String field) {
        return requireNonNull(text(field), field);
    }

    /** Of a field that is required or has a default. */
    public int requiredInteger(String field) {
        return requireNonNull(integer(field), field);
    }

    /** Of a field that is required or has a default. */
    public long requiredMoney(String field) {
        return requireNonNull(money(field), field);
    }

    /** Of a field that is required or has a default. */
    public boolean requiredBool(String field) {
        return requireNonNull(bool(field), field);
    }

    /** Of a field that is required or has a default. */
    public UUID requiredUuid(String field) {
        return requireNonNull(uuid(field), field);
    }

    /** Of a field that is required or has a default. */
    public Instant requiredInstant(String field) {
        return requireNonNull(instant(field), field);
    }

    /** The same as JSON: only what was sent, plus defaults; timestamps in UTC with milliseconds. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        values.forEach(
                (name, value) -> json.set(name, value == null ? json.nullNode() : write(fields.field(name), value)));
        return json;
    }

    @SuppressWarnings("unchecked") // the value was read by this very field
    private static <V> JsonNode write(Field<V, ?> field, Object value) {
        return field.write((V) value);
    }

    private <T> @Nullable T get(String field, Class<T> type) {
        fields.field(field);
        return type.cast(values.get(field));
    }

    private <T> @Nullable List<T> list(String field, Class<T> type) {
        List<?> list = get(field, List.class);
        return list == null ? null : list.stream().<T>map(type::cast).toList();
    }
}
