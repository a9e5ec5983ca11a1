package io.tillstream.events.envelope;

import io.tillstream.events.DomainEvent;
import java.time.Instant;
import java.util.UUID;

/**
 * A stored event with all that is known of it, personal fields in plain text (null when the person was erased).
 *
 * @param id the event's own UUID
 * @param position its place in the store, ascending; numbers may be missing
 * @param aggregateType a concept's name
 * @param sequence its place in the aggregate's history, from 0, without gaps
 * @param type stable logical name
 * @param revision of the payload
 * @param time the same as the event's {@code at}
 */
public record Envelope(
        String id,
        long position,
        String aggregateType,
        UUID aggregateId,
        long sequence,
        String type,
        int revision,
        Instant time,
        Metadata metadata,
        DomainEvent event) {}
