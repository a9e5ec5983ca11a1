package io.tillstream.standalone.openapi;

import io.tillstream.events.Mode;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes a record with something in every component, so that all of its JSON shows. */
final class Sample {
    private Sample() {}

    static Object of(Class<?> type) {
        if (type == String.class) return "text";
        if (type == UUID.class) return new UUID(0, 1);
        if (type == Instant.class) return Instant.EPOCH;
        if (type == Mode.class) return Mode.LIVE;
        if (type == BigDecimal.class) return BigDecimal.ONE;
        if (type == boolean.class || type == Boolean.class) return true;
        if (type == int.class || type == Integer.class) return 1;
        if (type == long.class || type == Long.class) return 1L;
        if (Collection.class.isAssignableFrom(type)) return List.of();
        if (Map.class.isAssignableFrom(type)) return Map.of();
        if (type == ObjectNode.class) return JsonNodeFactory.instance.objectNode();
        if (!type.isRecord()) throw new AssertionError("No sample of " + type);
        RecordComponent[] components = type.getRecordComponents();
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(Arrays.stream(components)
                    .map(component -> of(component.getType()))
                    .toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No sample of " + type, e);
        }
    }
}
