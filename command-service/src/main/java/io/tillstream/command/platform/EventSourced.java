package io.tillstream.command.platform;

import io.tillstream.events.Concept;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.http.Etag;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.annotation.MessageIdentifier;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.AggregateLifecycle;
import org.jspecify.annotations.Nullable;

/**
 * The thin shell around a fold: it holds what the events add up to, lets a rule decide on it and applies what the rule
 * returns. A command of another mode, and any command on a deleted aggregate, decides on nothing, as if it weren't there.
 */
public abstract class EventSourced<S extends State, E extends DomainEvent> {
    /** A rule: what happens, given what is. An empty list is a command that had taken effect before. */
    @FunctionalInterface
    public interface Rule<S, E> {
        List<? extends E> decide(@Nullable S state, Instant now);
    }

    private final Concept<S, E> concept;

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable UUID id;

    private @Nullable Mode mode;
    private @Nullable S state;

    protected EventSourced(Concept<S, E> concept) {
        this.concept = concept;
    }

    /** Lets a rule decide and applies its events; answers the state after them. */
    protected S decide(Time time, Rule<S, E> rule) {
        S visible = visible();
        expectVersion(visible);
        rule.decide(visible, time.after(state)).forEach(AggregateLifecycle::apply);
        if (state == null) throw new IllegalStateException("A rule that finds nothing refuses or creates");
        return state;
    }

    @EventSourcingHandler
    void on(DomainEvent event, MetaData metadata, @MessageIdentifier String eventId) {
        @Nullable S before = state;
        S after = concept.after(before, event);
        id = after.id();
        if (mode == null) mode = Mode.of(String.valueOf(metadata.get(MetadataKeys.MODE)));
        state = after;
        if (!AggregateLifecycle.isLive()) return;
        Changes.current().note(concept.name(), mode, before, after);
        Happened.current().note(eventId, event);
    }

    private @Nullable S visible() {
        if (state == null || state.deleted()) return null;
        return mode == commandMode() ? state : null;
    }

    private static Mode commandMode() {
        return Mode.of(String.valueOf(commandMetadata().get(MetadataKeys.MODE)));
    }

    // contract: decision 27, If-Match is judged on what the decision sees, so no write slips in between
    private static void expectVersion(@Nullable State visible) {
        if (visible != null && commandMetadata().get(MetadataKeys.IF_MATCH) instanceof String ifMatch)
            Etag.required(ifMatch, visible.version());
    }

    private static MetaData commandMetadata() {
        return CurrentUnitOfWork.get().getMessage().getMetaData();
    }

    Concept<S, E> concept() {
        return concept;
    }

    /** What a snapshot keeps, or null before the first event. */
    @Nullable
    Snapshot<S> snapshot() {
        return state == null || mode == null ? null : new Snapshot<>(mode, state);
    }

    void restore(Snapshot<S> snapshot) {
        id = snapshot.state().id();
        mode = snapshot.mode();
        state = snapshot.state();
    }

    /** An aggregate as a snapshot keeps it. */
    record Snapshot<S>(Mode mode, S state) {}
}
