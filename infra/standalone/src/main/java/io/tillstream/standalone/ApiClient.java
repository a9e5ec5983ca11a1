package io.tillstream.standalone;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The REST API with a key, as any client has it. */
final class ApiClient implements AutoCloseable {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String url;
    private final String key;

    ApiClient(String url, String key) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.key = key;
    }

    record Answer(int status, JsonNode body) {
        boolean done() {
            return status / 100 == 2;
        }

        JsonNode data() {
            return body.path("data");
        }

        /** What a refusal says. */
        String refusal() {
            return body.path("error").path("message").asString("status " + status);
        }

        String id() {
            return data().path("id").asString("");
        }
    }

    Answer get(String path) {
        return send("GET", path, null);
    }

    Answer post(String path, Map<String, ?> body) {
        return send("POST", path, body);
    }

    Answer patch(String path, Map<String, ?> body) {
        return send("PATCH", path, body);
    }

    Answer delete(String path) {
        return send("DELETE", path, null);
    }

    /** Every page of a list. */
    List<JsonNode> all(String path) {
        List<JsonNode> items = new ArrayList<>();
        String cursor = "";
        do {
            Answer page = get(path + "?limit=100" + (cursor.isEmpty() ? "" : "&cursor=" + encoded(cursor)));
            if (!page.done()) throw new CannotGoOn("GET " + path + " answered " + page.status() + ": " + page.body());
            page.data().forEach(items::add);
            cursor = page.body().path("pagination").path("next_cursor").asString("");
        } while (!cursor.isEmpty());
        return items;
    }

    /** Whether the key is good for anything; a shop that can't tell at this moment doesn't say no. */
    boolean admitted() {
        try {
            int status = get("/products?limit=1").status();
            return status != 401 && status != 403;
        } catch (CannotGoOn e) {
            return false;
        }
    }

    /** Whether these are an admin's e-mail and password. */
    boolean signsIn(String email, String password) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/api/auth/login"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .header("Origin", url)
                .POST(HttpRequest.BodyPublishers.ofString(
                        JSON.writeValueAsString(Map.of("email", email, "password", password))))
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Answer send(String method, String path, @Nullable Map<String, ?> body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/api/v1" + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + key)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (body != null) request.header("Content-Type", "application/json");
        try {
            HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 401)
                throw new CannotGoOn(
                        "The shop at " + url + " refuses the key (401): give one with all scopes by --key");
            JsonNode read = answer.body().isEmpty() ? MissingNode.getInstance() : JSON.readTree(answer.body());
            Answer given = new Answer(answer.statusCode(), read);
            if (given.status() == 403) // which says what the key lacks
            throw new CannotGoOn("The shop at " + url + " refuses the key (403): " + given.refusal()
                    + ": give one that has it by --key");
            return given;
        } catch (IOException e) {
            throw new CannotGoOn("No answer from " + url + ": " + Reasons.of(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotGoOn("Interrupted", e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.close();
    }
}
