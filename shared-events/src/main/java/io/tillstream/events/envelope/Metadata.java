package io.tillstream.events.envelope;

import io.tillstream.events.Mode;

/**
 * Who and why, of one event.
 *
 * @param actor {@code api_key:<id>}, {@code admin:<id>}, {@code customer:<id>}, {@code stripe:<event id>} or
 *     {@code system:<process name>}
 * @param requestId the HTTP request, or the process run
 * @param correlationId the first cause
 * @param causationId the direct cause: an event or a command
 */
public record Metadata(String actor, String requestId, String correlationId, String causationId, Mode mode) {}
