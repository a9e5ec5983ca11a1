package io.tillstream.http.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Begins spans. A span's place is handed on as the text of a W3C {@code traceparent}; what isn't recorded is neither stored nor
 * sent. Spans that a collector doesn't take are dropped, and nobody waits for it.
 */
public final class Traces implements AutoCloseable {
    /** The name of the header, in HTTP as in Kafka. */
    public static final String TRACEPARENT = "traceparent";

    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final @Nullable SdkTracerProvider provider;
    private final Tracer tracer;

    private Traces(@Nullable SdkTracerProvider provider) {
        this.provider = provider;
        this.tracer = (provider == null ? OpenTelemetry.noop().getTracerProvider() : provider).get("io.tillstream");
    }

    /** Its spans are nobody's. */
    public static Traces off() {
        return new Traces(null);
    }

    /** Sends spans to a collector as those of a service. */
    static Traces of(TraceSettings settings, String service) {
        String endpoint = settings.endpoint();
        if (endpoint == null || endpoint.isBlank()) return off();
        if (!endpoint.matches("https?://[^/]+(/.*)?") || URI.create(endpoint).getHost() == null)
            throw new IllegalArgumentException("TILLSTREAM_OTLP_ENDPOINT is no address like http://localhost:4318");
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(endpoint.replaceFirst("/+$", "") + "/v1/traces")
                .setTimeout(PATIENCE)
                .setConnectTimeout(PATIENCE)
                .build();
        return new Traces(SdkTracerProvider.builder()
                .setResource(Resource.create(Attributes.of(SERVICE, service)))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sampling())))
                .addSpanProcessor(BatchSpanProcessor.builder(new TellingExporter(exporter, endpoint))
                        .setScheduleDelay(Duration.ofSeconds(1))
                        .build())
                .build());
    }

    /** Whether anything is recorded at all. */
    public boolean on() {
        return provider != null;
    }

    /**
     * Begins a span.
     *
     * @param parent the {@code traceparent} of what caused it; null, or one that isn't well-formed, begins a trace
     */
    public Span begin(String name, SpanKind kind, @Nullable String parent) {
        SpanBuilder span = tracer.spanBuilder(name).setSpanKind(kind);
        if (parent == null) return span.setNoParent().startSpan();
        return span.setParent(W3CTraceContextPropagator.getInstance().extract(Context.root(), parent, Parent.INSTANCE))
                .startSpan();
    }

    /** What is kept and sent of a span's place: null when nobody records it. */
    public static @Nullable String recorded(Span span) {
        return span.getSpanContext().isSampled() ? traceparent(span) : null;
    }

    /** A span's place, which also says whether it is recorded; null where traces are off. */
    public static @Nullable String traceparent(Span span) {
        if (!span.getSpanContext().isValid()) return null;
        Map<String, String> carrier = new HashMap<>();
        W3CTraceContextPropagator.getInstance()
                .inject(Context.root().with(span), carrier, (_, key, value) -> carrier.put(key, value));
        return carrier.get(TRACEPARENT);
    }

    /** Sends what is left, as far as that goes quickly. */
    @Override
    public void close() {
        if (provider != null) provider.shutdown().join(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The text itself is all there is to read from. */
    private enum Parent implements TextMapGetter<String> {
        INSTANCE;

        @Override
        public Iterable<String> keys(String carrier) {
            return List.of(TRACEPARENT);
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
            return key.equals(TRACEPARENT) ? carrier : null;
        }
    }
}
