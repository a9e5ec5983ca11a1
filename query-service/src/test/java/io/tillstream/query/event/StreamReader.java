package io.tillstream.query.event;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads one event stream in a thread of its own, as a browser's EventSource would. */
final class StreamReader implements AutoCloseable {
    /** One message; an empty type and data for one that only names an id. */
    record Message(String id, String event, String data) {}

    private static final Message END = new Message("", "end", "");
    private static final Message BROKEN = new Message("", "broken", "");

    final HttpResponse<InputStream> response;
    private final HttpClient client;
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

    StreamReader(String uri, Map<String, String> headers) throws IOException, InterruptedException {
        client = HttpClient.newHttpClient();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri)).header("Accept", "text/event-stream");
        headers.forEach(request::header);
        response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String id = "";
            String event = "";
            String data = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id: ")) id = line.substring(4);
                if (line.startsWith("event: ")) event = line.substring(7);
                if (line.startsWith("data: ")) data = line.substring(6);
                if (!line.isEmpty() || (id.isEmpty() && data.isEmpty())) continue;
                messages.add(new Message(id, event, data));
                id = "";
                event = "";
                data = "";
            }
            messages.add(END);
        } catch (IOException e) {
            messages.add(BROKEN);
        }
    }

    /** The next message; null when none came in time. */
    @Nullable
    Message next() throws InterruptedException {
        return messages.poll(20, TimeUnit.SECONDS);
    }

    boolean quiet() throws InterruptedException {
        return messages.poll(300, TimeUnit.MILLISECONDS) == null;
    }

    /** Whether the next that comes is an orderly end. */
    boolean ends() throws InterruptedException {
        return END.equals(next());
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
