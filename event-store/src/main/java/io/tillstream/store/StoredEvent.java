package io.tillstream.store;

/**
 * One row of the event table as it is stored: personal fields sealed, JSON as text.
 *
 * @param time RFC 3339 with milliseconds
 */
public record StoredEvent(
        long position,
        String eventId,
        String aggregateType,
        String aggregateId,
        long sequence,
        String type,
        String revision,
        String time,
        String metadata,
        String payload) {}
