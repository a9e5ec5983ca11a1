package io.tillstream.command.platform;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.trace.Traces;
import io.tillstream.store.Statements;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.WritableStore;
import java.util.List;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.jdbc.EventSchema;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;

/**
 * Appends events to PostgreSQL and, in the same transaction, writes what the folds derive. A transaction takes its id
 * before its first position: the tail's horizon rests on that.
 */
final class AppendingEngine extends JdbcEventStorageEngine {
    private static final String POSITION = AppendingEngine.class.getName() + ".position";
    private static final String STATEMENTS = AppendingEngine.class.getName() + ".statements";

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
    private final Timer appends;
    private final Counter appended;
    private final Traces traces;

    AppendingEngine(Builder builder, WritableStore store, MeterRegistry meters, Traces traces) {
        super(builder);
        this.store = store;
        this.traces = traces;
        this.appends = Timer.builder("tillstream.append")
                .description("Writing events and what they derive, up to the commit")
                .register(meters);
        this.appended = Counter.builder("tillstream.append.events")
                .description("Events appended; those of a transaction that is rolled back afterwards count too")
                .register(meters);
    }

    /** The position of the last event that the current unit of work appended, or 0 when it appended none. */
    static long lastPosition() {
        Long position = CurrentUnitOfWork.get().root().getResource(POSITION);
        return position == null ? 0 : position;
    }

    /** What is written with the current unit of work's next events. */
    static Statements statements(WritableStore store) {
        return CurrentUnitOfWork.get().root().getOrComputeResource(STATEMENTS, key -> store.statements());
    }

    @Override
    protected void appendEvents(List<? extends EventMessage<?>> events, Serializer serializer) {
        if (events.isEmpty()) return;
        // only under a command that is recorded: what is nobody's cause begins no trace
        Span span = events.getFirst().getMetaData().get(MetadataKeys.TRACEPARENT) instanceof String traceparent
                ? traces.begin("append", SpanKind.INTERNAL, traceparent)
                : Span.getInvalid();
        try {
            append(events, serializer);
        } finally {
            span.setAttribute("tillstream.events", events.size());
            span.end();
        }
    }

    private void append(List<? extends EventMessage<?>> events, Serializer serializer) {
        appends.record(() -> {
            Statements statements = statements(store);
            store.append(
                    statements,
                    events.stream().map(event -> row(event, serializer)).toList(),
                    position -> CurrentUnitOfWork.get().root().resources().put(POSITION, position));
            store.derived().write(statements, Changes.current().take());
            statements.run();
        });
        appended.increment(events.size());
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
