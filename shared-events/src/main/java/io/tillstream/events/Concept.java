package io.tillstream.events;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One kind of aggregate: its name, its fold, and the stable logical name and revision of each of its events. The logical
 * name is what storage, topic and feed carry; a Java class can be renamed or moved without touching history.
 */
public final class Concept<S extends State, E extends DomainEvent> {
    /** {@code S after(@Nullable S before, E event)}; never validates and never throws. */
    @FunctionalInterface
    public interface Fold<S, E> {
        S after(@Nullable S before, E event);
    }

    /** A stable logical name, {@code <aggregate>.<past tense>}, and the revision that is written today. */
    public record EventType(String name, int revision) {}

    private final String name;
    private final Class<S> stateType;
    private final Class<E> eventType;
    private final Fold<S, E> fold;
    private final int stateRevision;
    private final Map<Class<? extends E>, EventType> events;

    private Concept(
            String name,
            Class<S> stateType,
            Class<E> eventType,
            Fold<S, E> fold,
            int stateRevision,
            Map<Class<? extends E>, EventType> events) {
        this.name = name;
        this.stateType = stateType;
        this.eventType = eventType;
        this.fold = fold;
        this.stateRevision = stateRevision;
        this.events = events;
        for (Class<?> event : eventType.getPermittedSubclasses()) {
            if (!events.containsKey(event)) throw new IllegalStateException(event + " has no logical name");
        }
    }

    /** The aggregate type on the wire and in storage, such as {@code product}. */
    public String name() {
        return name;
    }

    public Class<S> stateType() {
        return stateType;
    }

    public Class<E> eventType() {
        return eventType;
    }

    /** Raised when the meaning or shape of the state changes, so that older snapshots are passed over. */
    public int stateRevision() {
        return stateRevision;
    }

    public Map<Class<? extends E>, EventType> events() {
        return events;
    }

    /** The state after one more event of this concept. */
    public S after(@Nullable S before, DomainEvent event) {
        return fold.after(before, eventType.cast(event));
    }

    public static <S extends State, E extends DomainEvent> Builder<S, E> named(
            String name, Class<S> stateType, Class<E> eventType, Fold<S, E> fold) {
        return new Builder<>(name, stateType, eventType, fold);
    }

    /** Collects the logical names of a concept's events. */
    public static final class Builder<S extends State, E extends DomainEvent> {
        private final String name;
        private final Class<S> stateType;
        private final Class<E> eventType;
        private final Fold<S, E> fold;
        private final Map<Class<? extends E>, EventType> events = new LinkedHashMap<>();

        private Builder(String name, Class<S> stateType, Class<E> eventType, Fold<S, E> fold) {
            this.name = name;
            this.stateType = stateType;
            this.eventType = eventType;
            this.fold = fold;
        }

        /** Names an event at its first revision. */
        public Builder<S, E> event(String logicalName, Class<? extends E> type) {
            return event(logicalName, 1, type);
        }

        public Builder<S, E> event(String logicalName, int revision, Class<? extends E> type) {
            events.put(type, new EventType(logicalName, revision));
            return this;
        }

        public Concept<S, E> build(int stateRevision) {
            return new Concept<>(name, stateType, eventType, fold, stateRevision, Collections.unmodifiableMap(events));
        }
    }
}
