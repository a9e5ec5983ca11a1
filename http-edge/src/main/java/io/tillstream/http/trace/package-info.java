/**
 * Traces of OpenTelemetry, off unless a collector is named: a request, its command, the append, the Kafka record, the projection.
 * Between them goes the W3C text {@code traceparent}: through the stored event's metadata, and through the record's headers.
 */
@NullMarked
package io.tillstream.http.trace;

import org.jspecify.annotations.NullMarked;
