package io.tillstream.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.events.envelope.EventJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/**
 * Two outside consumers of {@code /api/v1/events}, as anybody would write them: one asks page after page, one holds the stream
 * open. Whatever fails, they ask again from the last position that they have.
 */
final class Followers implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** An event as they saw it. */
    record Seen(long position, String id) {
        static Seen of(JsonNode event) {
            return new Seen(
                    Long.parseLong(event.path("position").asString()),
                    event.path("id").asString());
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final String events;
    private final String key;
    private final List<Seen> paged = Collections.synchronizedList(new ArrayList<>());
    private final List<Seen> streamed = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger reconnects = new AtomicInteger();

    Followers(String base, String key) {
        this.events = base + "/api/v1/events";
        this.key = key;
        threads.execute(() -> untilEnded(this::page));
        threads.execute(() -> untilEnded(this::stream));
    }

    List<Seen> paged() {
        return paged;
    }

    List<Seen> streamed() {
        return streamed;
    }

    /** How often the stream was opened anew. */
    int reconnects() {
        return reconnects.get();
    }

    private interface Step {
        /** Whether there may be more at once. */
        boolean run() throws IOException, InterruptedException;
    }

    private void untilEnded(Step step) {
        try {
            while (!ended.get()) {
                boolean more = false;
                try {
                    more = step.run();
                } catch (IOException e) {
                    // cut, or nobody listens: again from where it was
                }
                if (!more) Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean page() throws IOException, InterruptedException {
        HttpResponse<String> page =
                http.send(request("?limit=100&after=" + last(paged)).build(), BodyHandlers.ofString());
        if (page.statusCode() != 200) return false;
        List<Seen> found = EventJson.STORED
                .readTree(page.body())
                .path("data")
                .valueStream()
                .map(Seen::of)
                .toList();
        paged.addAll(found);
        return !found.isEmpty();
    }

    private boolean stream() throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(
                request("?after=0")
                        .header("Accept", "text/event-stream")
                        .header("Last-Event-ID", Long.toString(last(streamed)))
                        .build(),
                BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
            if (response.statusCode() != 200) return false;
            reconnects.incrementAndGet();
            for (String line = lines.readLine(); line != null; line = lines.readLine())
                if (line.startsWith("data: ")) streamed.add(Seen.of(EventJson.STORED.readTree(line.substring(6))));
        }
        return false;
    }

    private static long last(List<Seen> seen) {
        return seen.isEmpty() ? 0 : seen.getLast().position();
    }

    private HttpRequest.Builder request(String query) {
        return HttpRequest.newBuilder(URI.create(events + query))
                .timeout(Duration.ofSeconds(30))
                .header("X-API-Key", key);
    }

    @Override
    public void close() {
        ended.set(true);
        threads.shutdownNow();
        http.shutdownNow();
    }
}
