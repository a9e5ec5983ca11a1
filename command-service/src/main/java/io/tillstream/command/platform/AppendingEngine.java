package io.tillstream.command.platform;

import io.tillstream.events.DomainEvent;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.store.StoredEvent;
import java.util.List;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.jdbc.EventSchema;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;

/** Turns events into rows of PostgreSQL's, which {@link Append} writes at the commit with all that belongs to them. */
final class AppendingEngine extends JdbcEventStorageEngine {
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

    AppendingEngine(Builder builder) {
        super(builder);
    }

    @Override
    protected void appendEvents(List<? extends EventMessage<?>> events, Serializer serializer) {
        if (events.isEmpty()) return;
        Append.current()
                .add(events.stream().map(event -> row(event, serializer)).toList());
    }

    private static StoredEvent row(EventMessage<?> message, Serializer serializer) {
        if (!(message instanceof DomainEventMessage<?> domain && message.getPayload() instanceof DomainEvent event))
            throw new IllegalStateException("Only aggregates publish events, and only domain events: " + message);
        SerializedObject<String> payload = message.serializePayload(serializer, String.class);
        return new StoredEvent(
                0,
                message.getIdentifier(),
                domain.getType(),
                domain.getAggregateIdentifier(),
                domain.getSequenceNumber(),
                payload.getType().getName(),
                payload.getType().getRevision(),
                // the decision's, everywhere; Axon has the moment of publication
                EventJson.TIMESTAMP.format(event.at()),
                message.serializeMetaData(serializer, String.class).getData(),
                payload.getData());
    }
}
