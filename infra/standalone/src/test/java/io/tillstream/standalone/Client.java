package io.tillstream.standalone;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A REST client with a key, as anybody would write it. */
final class Client {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final String key;

    /** What came back; the body is a missing node when it was empty. */
    record Answered(int status, JsonNode body, HttpResponse<String> raw) {
        JsonNode data() {
            return body.path("data");
        }

        @Nullable
        String header(String name) {
            return raw.headers().firstValue(name).orElse(null);
        }
    }

    Client(String base, String key) {
        this.base = base;
        this.key = key;
    }

    Answered get(String path) throws IOException, InterruptedException {
        return send("GET", path, null);
    }

    /** Asks until an answer doesn't say any more that it may lack what the caller wrote. */
    Answered fresh(String path, String... headers) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Answered answered = send("GET", path, null, headers);
            if (answered.header("X-Tillstream-Stale") == null) return answered;
            if (System.nanoTime() > deadline) throw new AssertionError(path + " stays stale: " + answered.body());
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    Answered post(String path, String body, String... headers) throws IOException, InterruptedException {
        return send("POST", path, body, headers);
    }

    Answered send(String method, String path, @Nullable String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + key)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) request.header(headers[i], headers[i + 1]);
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        String text = answer.body();
        return new Answered(answer.statusCode(), JSON.readTree(text.isEmpty() ? "null" : text), answer);
    }
}
