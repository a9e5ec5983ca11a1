package io.tillstream.command.platform;

import io.tillstream.events.Concept;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.store.Sealing;
import java.lang.reflect.Constructor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.serialization.ChainingConverter;
import org.axonframework.serialization.Converter;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stores events, snapshots and metadata as JSON under stable logical names, personal fields sealed. No Java class name
 * reaches storage, but for Axon's own marker of metadata, which it never writes.
 */
final class EventSerializer implements Serializer {
    private static final String SNAPSHOT = ".snapshot";

    private record SnapshotOf(Concept<?, ?> concept, Supplier<EventSourced<?, ?>> fresh) {}

    private final EventJson json;
    private final Sealing sealing;
    private final Converter converter = new ChainingConverter();
    private final Map<String, SnapshotOf> snapshots = new HashMap<>();

    EventSerializer(EventJson json, Sealing sealing) {
        this.json = json;
        this.sealing = sealing;
    }

    /** Lets snapshots of an aggregate be written and read. */
    void register(Class<? extends EventSourced<?, ?>> aggregate) {
        Supplier<EventSourced<?, ?>> fresh = () -> instance(aggregate);
        Concept<?, ?> concept = fresh.get().concept();
        AggregateRoot stored = aggregate.getAnnotation(AggregateRoot.class);
        if (stored == null || !stored.type().equals(concept.name()))
            throw new IllegalStateException(aggregate + " needs @AggregateRoot(type = \"" + concept.name() + "\")");
        snapshots.put(concept.name() + SNAPSHOT, new SnapshotOf(concept, fresh));
    }

    /** Whether a stored snapshot was written by today's fold. */
    boolean current(SerializedType snapshot) {
        SnapshotOf known = snapshots.get(snapshot.getName());
        return known != null
                && Integer.toString(known.concept().stateRevision()).equals(snapshot.getRevision());
    }

    @Override
    public <T> SerializedObject<T> serialize(@Nullable Object object, Class<T> representation) {
        String text;
        SerializedType type;
        if (object instanceof MetaData metadata) {
            text = EventJson.STORED.writeValueAsString(metadata);
            type = typeForClass(MetaData.class);
        } else if (object instanceof EventSourced<?, ?> aggregate) {
            text = snapshot(aggregate);
            type = new SimpleSerializedType(
                    aggregate.concept().name() + SNAPSHOT,
                    Integer.toString(aggregate.concept().stateRevision()));
        } else if (object instanceof DomainEvent event && event instanceof Record about) {
            ObjectNode payload = json.write(event);
            sealing.seal(about, payload);
            text = payload.toString();
            type = typeForClass(event.getClass());
        } else {
            throw new IllegalArgumentException("Only domain events, snapshots and metadata are stored: " + object);
        }
        return new SimpleSerializedObject<>(converter.convert(text, representation), representation, type);
    }

    @Override
    public <T> boolean canSerializeTo(Class<T> representation) {
        return converter.canConvert(String.class, representation);
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Axon's signature: the stored type names T
    public <S, T> @Nullable T deserialize(SerializedObject<S> stored) {
        String text = converter.convert(stored.getData(), String.class);
        SerializedType type = stored.getType();
        if (type.getName().equals(MetaData.class.getName())) {
            return (T) MetaData.from(EventJson.STORED.readValue(text, Map.class));
        }
        SnapshotOf snapshot = snapshots.get(type.getName());
        if (snapshot != null) return (T) restored(snapshot, EventJson.object(text));
        ObjectNode payload = EventJson.object(text);
        sealing.open(json.classOf(type.getName()), payload);
        return (T) json.read(type.getName(), Integer.parseInt(type.getRevision()), payload);
    }

    @Override
    @SuppressWarnings("rawtypes") // Axon's signature
    public Class classForType(SerializedType type) {
        if (type.getName().equals(MetaData.class.getName())) return MetaData.class;
        SnapshotOf snapshot = snapshots.get(type.getName());
        if (snapshot != null) return snapshot.fresh().get().getClass();
        try {
            return json.classOf(type.getName());
        } catch (IllegalArgumentException e) {
            return UnknownSerializedType.class;
        }
    }

    @Override
    @SuppressWarnings("rawtypes") // Axon's signature
    public SerializedType typeForClass(@Nullable Class type) {
        if (type == null) return SimpleSerializedType.emptyType();
        if (type == MetaData.class) return new SimpleSerializedType(MetaData.class.getName(), null);
        Concept.EventType event = json.typeOf(type);
        return new SimpleSerializedType(event.name(), Integer.toString(event.revision()));
    }

    @Override
    public Converter getConverter() {
        return converter;
    }

    private String snapshot(EventSourced<?, ?> aggregate) {
        EventSourced.Snapshot<? extends State> snapshot = aggregate.snapshot();
        if (snapshot == null) throw new IllegalStateException("Nothing happened yet to " + aggregate);
        ObjectNode state = EventJson.STORED.valueToTree(snapshot.state());
        if (snapshot.state() instanceof Record about) sealing.seal(about, state);
        ObjectNode json = EventJson.STORED.createObjectNode();
        json.put("mode", snapshot.mode().wire());
        json.set("state", state);
        return json.toString();
    }

    private EventSourced<?, ?> restored(SnapshotOf of, ObjectNode json) {
        EventSourced<?, ?> aggregate = of.fresh().get();
        restore(aggregate, of.concept().stateType(), json);
        return aggregate;
    }

    @SuppressWarnings("unchecked") // an aggregate's concept names the type of its state
    private <S extends State> void restore(EventSourced<?, ?> aggregate, Class<S> stateType, ObjectNode json) {
        ObjectNode state = (ObjectNode) json.get("state");
        sealing.open(stateType, state);
        ((EventSourced<S, ?>) aggregate)
                .restore(new EventSourced.Snapshot<>(
                        Mode.of(json.get("mode").asString()), EventJson.STORED.treeToValue(state, stateType)));
    }

    private static EventSourced<?, ?> instance(Class<? extends EventSourced<?, ?>> aggregate) {
        try {
            Constructor<? extends EventSourced<?, ?>> constructor = aggregate.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(aggregate + " needs a constructor without arguments", e);
        }
    }
}
