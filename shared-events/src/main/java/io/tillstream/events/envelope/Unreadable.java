package io.tillstream.events.envelope;

import io.tillstream.events.DomainEvent;
import java.time.Instant;
import java.util.UUID;

/**
 * Stands where a stored event can't be read, so that whoever follows the log sets aside what it belongs to and goes on with
 * the rest. No concept folds it.
 */
public record Unreadable(UUID aggregateId, Instant at, String reason) implements DomainEvent {}
