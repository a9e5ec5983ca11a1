package io.tillstream.http.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that the collector takes no spans, and once that it does again; the library would repeat itself with stacks. */
final class TellingExporter implements SpanExporter {
    private static final Logger log = LoggerFactory.getLogger(TellingExporter.class);

    /** Held, because a level that nobody holds is forgotten. */
    private static final java.util.logging.Logger LIBRARY =
            java.util.logging.Logger.getLogger("io.opentelemetry.exporter");

    private final SpanExporter exporter;
    private final String endpoint;
    private final AtomicBoolean away = new AtomicBoolean();

    TellingExporter(SpanExporter exporter, String endpoint) {
        this.exporter = exporter;
        this.endpoint = endpoint;
        LIBRARY.setLevel(Level.OFF);
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans);
        return result.whenComplete(() -> {
            boolean failed = !result.isSuccess();
            if (away.getAndSet(failed) == failed) return;
            if (failed) log.warn("The collector at {} takes no traces; until it does they are dropped", endpoint);
            else log.info("The collector at {} takes traces again", endpoint);
        });
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
