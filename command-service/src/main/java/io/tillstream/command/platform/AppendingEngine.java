package io.tillstream.command.platform;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.tillstream.events.DomainEvent;
import io.tillstream.http.trace.Traces;
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
            store.takeTransactionId();
            super.appendEvents(events.stream().map(AppendingEngine::atItsTime).toList(), serializer);
            CurrentUnitOfWork.get().root().resources().put(POSITION, store.lastPosition());
            store.derived().write(Changes.current().take());
        });
        appended.increment(events.size());
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
