package io.tillstream.http.trace;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where traces go.
 *
 * @param endpoint base of a collector's OTLP/HTTP receiver, such as {@code http://localhost:4318}; null for no traces
 * @param sampling the share of traces that begin here and are recorded, from 0 to 1; who sends a {@code traceparent} has decided
 */
@ConfigurationProperties("tillstream.otlp")
public record TraceSettings(
        @Nullable String endpoint, @DefaultValue("1") double sampling) {}
