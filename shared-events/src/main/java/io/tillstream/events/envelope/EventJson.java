package io.tillstream.events.envelope;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tillstream.events.Concept;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Flat;
import io.tillstream.events.Hidden;
import io.tillstream.events.Mode;
import io.tillstream.events.OmitNull;
import java.lang.annotation.Annotation;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.Version;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.NameTransformer;

/**
 * The JSON of events and states: snake_case, RFC 3339 in UTC with milliseconds, nulls written, unknown fields ignored.
 * Older revisions of an event are lifted to today's shape while they are read.
 */
public final class EventJson {
    /** Stored form: everything. */
    public static final JsonMapper STORED = mapper(false);

    /** What clients see: {@link Flat} components flattened, {@link Hidden} ones left out. Written only, never read. */
    public static final JsonMapper CLIENT = mapper(true);

    /** RFC 3339, UTC, {@code Z}, always milliseconds: the one form of a timestamp everywhere. */
    public static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** Lifts the payload of one event type from one revision to the next. */
    public record Upcaster(String type, int fromRevision, UnaryOperator<ObjectNode> lift) {}

    private record Known(Class<? extends DomainEvent> type, int revision) {}

    private final Map<String, Known> byName = new HashMap<>();
    private final Map<Class<?>, Concept.EventType> byClass = new HashMap<>();
    private final List<Upcaster> upcasters;

    public EventJson(Collection<? extends Concept<?, ?>> concepts, List<Upcaster> upcasters) {
        this.upcasters = List.copyOf(upcasters);
        for (Concept<?, ?> concept : concepts) {
            concept.events().forEach((type, name) -> {
                if (byName.put(name.name(), new Known(type, name.revision())) != null)
                    throw new IllegalStateException("Two events are named " + name.name());
                byClass.put(type, name);
            });
        }
    }

    /** The logical name and revision an event is written with. */
    public Concept.EventType typeOf(Class<?> event) {
        Concept.EventType type = byClass.get(event);
        if (type == null) throw new IllegalArgumentException(event + " is no event of a known concept");
        return type;
    }

    /** The class that a logical name reads as. */
    public Class<? extends DomainEvent> classOf(String type) {
        return known(type).type();
    }

    public ObjectNode write(DomainEvent event) {
        return STORED.valueToTree(event);
    }

    public DomainEvent read(String type, int revision, ObjectNode payload) {
        return STORED.treeToValue(lifted(type, revision, payload), known(type).type());
    }

    /** A payload in the shape of today's revision. */
    public ObjectNode lifted(String type, int revision, ObjectNode payload) {
        ObjectNode lifted = payload;
        for (int at = revision; at < revisionOf(type); at++)
            lifted = upcaster(type, at).lift().apply(lifted);
        return lifted;
    }

    /** The revision that a type is written with today. */
    public int revisionOf(String type) {
        return known(type).revision();
    }

    private Known known(String type) {
        Known known = byName.get(type);
        if (known == null) throw new IllegalArgumentException("No event is named " + type);
        return known;
    }

    private Upcaster upcaster(String type, int revision) {
        return upcasters.stream()
                .filter(upcaster -> upcaster.type().equals(type) && upcaster.fromRevision() == revision)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "Nothing lifts " + type + " from revision " + revision + " to " + (revision + 1)));
    }

    private static JsonMapper mapper(boolean forClients) {
        return JsonMapper.builder()
                .changeDefaultVisibility(visible -> visible.withIsGetterVisibility(JsonAutoDetect.Visibility.NONE))
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .annotationIntrospector(
                        AnnotationIntrospector.pair(new Markers(forClients), new JacksonAnnotationIntrospector()))
                .addModule(new SimpleModule()
                        .addSerializer(Instant.class, new Timestamps())
                        .addDeserializer(Instant.class, new TimestampReader())
                        .addSerializer(Mode.class, new Modes())
                        .addDeserializer(Mode.class, new ModeReader()))
                .build();
    }

    /** Teaches Jackson the marker annotations of this module. */
    private static final class Markers extends NopAnnotationIntrospector {
        private final boolean forClients;

        Markers(boolean forClients) {
            this.forClients = forClients;
        }

        @Override
        public Version version() {
            return Version.unknownVersion();
        }

        @Override
        public boolean hasIgnoreMarker(MapperConfig<?> config, AnnotatedMember member) {
            return forClients && marked(member, Hidden.class);
        }

        @Override
        public @Nullable NameTransformer findUnwrappingNameTransformer(MapperConfig<?> config, AnnotatedMember member) {
            return forClients && marked(member, Flat.class) ? NameTransformer.NOP : null;
        }

        @Override
        public JsonInclude.Value findPropertyInclusion(MapperConfig<?> config, Annotated member) {
            return member instanceof AnnotatedMember m && marked(m, OmitNull.class)
                    ? JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS)
                    : JsonInclude.Value.empty();
        }

        private static boolean marked(AnnotatedMember member, Class<? extends Annotation> marker) {
            Class<?> owner = member.getDeclaringClass();
            if (!owner.isRecord()) return false;
            for (var component : owner.getRecordComponents()) {
                if (component.getName().equals(member.getName())) return component.isAnnotationPresent(marker);
            }
            return false;
        }
    }

    private static final class Timestamps extends ValueSerializer<Instant> {
        @Override
        public void serialize(Instant value, JsonGenerator out, SerializationContext context) throws JacksonException {
            out.writeString(TIMESTAMP.format(value));
        }
    }

    private static final class TimestampReader extends ValueDeserializer<Instant> {
        @Override
        public Instant deserialize(JsonParser in, DeserializationContext context) throws JacksonException {
            return Instant.parse(in.getString());
        }
    }

    private static final class Modes extends ValueSerializer<Mode> {
        @Override
        public void serialize(Mode value, JsonGenerator out, SerializationContext context) throws JacksonException {
            out.writeString(value.wire());
        }
    }

    private static final class ModeReader extends ValueDeserializer<Mode> {
        @Override
        public Mode deserialize(JsonParser in, DeserializationContext context) throws JacksonException {
            return Mode.of(in.getString());
        }
    }

    /** Reads stored JSON text as an object. */
    public static ObjectNode object(String json) {
        JsonNode node = STORED.readTree(json);
        if (node instanceof ObjectNode object) return object;
        throw new IllegalArgumentException("Stored JSON is no object");
    }
}
