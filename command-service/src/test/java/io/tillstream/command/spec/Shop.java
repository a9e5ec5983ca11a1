package io.tillstream.command.spec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.command.CommandServices;
import io.tillstream.command.admin.FirstStart;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.store.MovableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.PropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** The write side behind HTTP, as its clients meet it. One for all specifications: each makes what it needs. */
public final class Shop {
    /** What a specification may move. */
    @Configuration
    @PropertySource("classpath:io/tillstream/command/spec/shop.properties")
    static class Movable {
        @Bean
        @Primary
        MovableClock movableClock() {
            return new MovableClock();
        }
    }

    /**
     * An answer.
     *
     * @param json its body, missing when there is none
     */
    public record Reply(int status, JsonNode json, HttpResponse<byte[]> http) {
        public JsonNode data() {
            return json.path("data");
        }

        /** {@code <status> <code>} of an error, {@code <status>} of anything else. */
        public String outcome() {
            String code = json.path("error").path("code").asString("");
            return code.isEmpty() ? String.valueOf(status) : status + " " + code;
        }

        public String message() {
            return json.path("error").path("message").asString("");
        }

        /** What the error says about a field. */
        public String detail(String field) {
            return json.path("error").path("details").path(field).toString();
        }

        public String id() {
            return data().path("id").asString();
        }
    }

    /** Somebody who sends requests. */
    public final class Client {
        private final List<String> headers;

        private Client(List<String> headers) {
            this.headers = headers;
        }

        public Client with(String header, String value) {
            return new Client(
                    java.util.stream.Stream.concat(headers.stream(), java.util.stream.Stream.of(header, value))
                            .toList());
        }

        public Reply get(String path) {
            return send("GET", path, null);
        }

        public Reply post(String path, String body) {
            return send("POST", path, body);
        }

        public Reply patch(String path, String body) {
            return send("PATCH", path, body);
        }

        public Reply delete(String path) {
            return send("DELETE", path, null);
        }

        /** Sends a body with single quotes for double ones. */
        public Reply send(String method, String path, @Nullable String body) {
            HttpRequest.BodyPublisher publisher = body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'));
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(base + path)).method(method, publisher);
            if (!headers.isEmpty()) request.headers(headers.toArray(String[]::new));
            try {
                HttpResponse<byte[]> http = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
                JsonNode json = http.body().length == 0
                        ? MissingNode.getInstance()
                        : EventJson.STORED.readTree(new String(http.body(), UTF_8));
                return new Reply(http.statusCode(), json, http);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static @Nullable Shop open;

    private final ConfigurableApplicationContext context;
    private final FirstStart.Made made;
    private final String base;

    private Shop() {
        context = CommandServices.start(Movable.class);
        made = context.getBean(FirstStart.class).made().orElseThrow();
        base = "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
    }

    /** It stays open for those who come later; Spring closes it at the end. */
    public static synchronized Shop open() {
        if (open == null) open = new Shop();
        return open;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public MovableClock clock() {
        return context.getBean(MovableClock.class);
    }

    public String adminEmail() {
        return made.adminEmail();
    }

    public String adminPassword() {
        return String.valueOf(made.generatedPassword());
    }

    /** With the operator's key: live data, all scopes, no limit. */
    public Client operator() {
        return key(String.valueOf(made.generatedKey()));
    }

    public Client key(String key) {
        return nobody().with("Authorization", "Bearer " + key);
    }

    public Client nobody() {
        return new Client(List.of());
    }

    /** With a fresh session of the first admin, from the shop's own pages. */
    public Client admin() {
        return admin(adminEmail(), adminPassword());
    }

    public Client admin(String email, String password) {
        Reply login = nobody().post("/api/auth/login", "{'email': '%s', 'password': '%s'}".formatted(email, password));
        if (login.status() != 200) throw new IllegalStateException("No login: " + login.outcome());
        String cookie = login.http().headers().firstValue("Set-Cookie").orElseThrow();
        return nobody().with("Cookie", cookie.substring(0, cookie.indexOf(';'))).with("Origin", base);
    }

    /** From an address that was never seen before. */
    public Reply login(String email, String password) {
        return nobody().with("X-Forwarded-For", unique("client"))
                .post("/api/auth/login", "{'email': '%s', 'password': '%s'}".formatted(email, password));
    }

    /** A new test key of all scopes. */
    public Client testKey() {
        Reply made = admin().post(
                        "/api/v1/api-keys",
                        "{'name': 'Tests', 'scopes': ['*'], 'environment': 'test', 'rate_limit_per_minute': 1000}");
        return key(made.data().path("key").asString());
    }

    /** A new live key of one scope. */
    public Client keyWith(String scope) {
        Reply made = admin().post("/api/v1/api-keys", "{'name': 'One', 'scopes': ['%s']}".formatted(scope));
        return key(made.data().path("key").asString());
    }

    /** The id of a new live product. */
    public String aProduct(boolean active) {
        return operator()
                .post(
                        "/api/v1/products",
                        "{'name': 'Course', 'slug': '%s', 'price': 2900, 'is_active': %s}"
                                .formatted(unique("course"), active))
                .id();
    }

    /** The id of a new live user. */
    public String aUser() {
        return operator()
                .post("/api/v1/users", "{'email': '%s@example.com'}".formatted(unique("user")))
                .id();
    }

    public static String unique(String word) {
        return word + "-" + UUID.randomUUID();
    }
}
