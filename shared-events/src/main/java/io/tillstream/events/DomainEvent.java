package io.tillstream.events;

import java.time.Instant;
import java.util.UUID;

/** Something that happened to one aggregate, in the past tense. */
public interface DomainEvent {
    UUID aggregateId();

    /** When it was decided, in whole milliseconds and never before the aggregate's previous event. */
    Instant at();
}
