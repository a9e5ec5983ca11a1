package io.tillstream.command.platform;

import io.tillstream.events.DomainEvent;
import io.tillstream.store.WritableStore;
import java.util.List;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.jdbc.EventSchema;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.serialization.Serializer;

/**
 * Appends events to PostgreSQL and, in the same transaction, writes what the folds derive. A transaction takes its id
 * before its first position: the tail's horizon rests on that.
 */
final class AppendingEngine extends JdbcEventStorageEngine {
    private static final String POSITION = AppendingEngine.class.getName() + ".position";

    static final EventSchema SCHEMA = EventSchema.builder()
            .eventTable("events")
            .snapshotTable("snapshots")
            .globalIndexColumn("position")
            .timestampColumn("time")
            .eventIdentifierColumn("event_id")
            .aggregateIdentifierColumn("aggregate_id")
            .sequenceNumberColumn("sequence")
            .typeColumn("aggregate_type")
            .payloadTypeColumn("type")
            .payloadRevisionColumn("revision")
            .payloadColumn("payload")
            .metaDataColumn("metadata")
            .build();

    private final WritableStore store;

    AppendingEngine(Builder builder, WritableStore store) {
        super(builder);
        this.store = store;
    }

    /** The position of the last event that the current unit of work appended, or 0 when it appended none. */
    static long lastPosition() {
        Long position = CurrentUnitOfWork.get().root().getResource(POSITION);
        return position == null ? 0 : position;
    }

    @Override
    protected void appendEvents(List<? extends EventMessage<?>> events, Serializer serializer) {
        if (events.isEmpty()) return;
        store.takeTransactionId();
        super.appendEvents(events.stream().map(AppendingEngine::atItsTime).toList(), serializer);
        CurrentUnitOfWork.get().root().resources().put(POSITION, store.lastPosition());
        store.derived().write(Changes.current().take());
    }

    // An event's time is the decision's, everywhere; Axon would take the moment of publication.
    private static EventMessage<?> atItsTime(EventMessage<?> message) {
        if (message instanceof DomainEventMessage<?> domain && message.getPayload() instanceof DomainEvent event)
            return new GenericDomainEventMessage<>(
                    domain.getType(),
                    domain.getAggregateIdentifier(),
                    domain.getSequenceNumber(),
                    message.getPayload(),
                    message.getMetaData(),
                    message.getIdentifier(),
                    event.at());
        throw new IllegalStateException("Only aggregates publish events, and only domain events: " + message);
    }
}
