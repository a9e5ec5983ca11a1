package io.tillstream.http;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.consistency.ReadModel;
import io.tillstream.store.MovableClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.Environment;
import tools.jackson.databind.JsonNode;

/** A little application behind the edge, and a client of it. */
final class Shop implements AutoCloseable {
    @Configuration
    @EnableAutoConfiguration
    @Import({HttpEdgeConfiguration.class, ThingController.class})
    static class Application {
        @Bean
        MovableReadModel readModel() {
            return new MovableReadModel();
        }
    }

    /** A read side that is where a test puts it. */
    static final class MovableReadModel implements ReadModel {
        private long position;
        private int waits;
        volatile boolean degraded;

        /** Which collections it is read from; null where that can't be told. */
        volatile @Nullable String collections = "first";

        synchronized void advanceTo(long to) {
            position = to;
            notifyAll();
        }

        @Override
        public synchronized long position() {
            return position;
        }

        /** How many reads have waited for it. */
        synchronized int waits() {
            return waits;
        }

        @Override
        public synchronized boolean await(long wanted, Duration atMost) throws InterruptedException {
            waits++;
            long until = System.nanoTime() + atMost.toNanos();
            while (position < wanted) {
                long left = (until - System.nanoTime()) / 1_000_000;
                if (left <= 0) return false;
                wait(left);
            }
            return true;
        }

        @Override
        public @Nullable Object shown() {
            String from = collections;
            return from == null ? null : from + position();
        }

        @Override
        public boolean degraded() {
            return degraded;
        }
    }

    /** What a client got. */
    record Reply(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        JsonNode json() {
            return EventJson.CLIENT.readTree(response.body());
        }

        String code() {
            return json().at("/error/code").asString();
        }

        String message() {
            return json().at("/error/message").asString();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }
    }

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** All tests of this JVM: two instances, and one clock for both as they count together. */
    private static final MovableClock CLOCK = new MovableClock();

    private static @Nullable Shop shared;
    private static @Nullable Shop second;

    final MovableClock clock = CLOCK;
    final ConfigurableApplicationContext context;
    final int port;

    Shop(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(Servers.shared().settings());
        all.put("server.port", "0");
        all.put("server.address", "127.0.0.1");
        all.putAll(settings);
        context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.REACTIVE)
                .properties(all)
                .initializers(context -> ((GenericApplicationContext) context).registerBean(Clock.class, () -> clock))
                .run();
        port = context.getBean(Environment.class).getRequiredProperty("local.server.port", Integer.class);
    }

    /** One instance for all tests that need nothing special. */
    static synchronized Shop shared() {
        Shop shop = shared;
        if (shop == null) shared = shop = new Shop(Map.of());
        return shop;
    }

    /** Another instance on the same servers. */
    static synchronized Shop second() {
        Shop shop = second;
        if (shop == null) second = shop = new Shop(Map.of());
        return shop;
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** Sends a request; headers as name, value, name, value. */
    Reply send(String method, String path, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path))
                .timeout(Duration.ofSeconds(20))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) request.header(headers[i], headers[i + 1]);
        try {
            return new Reply(CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Reply get(String path, String key) {
        return send("GET", path, null, "Authorization", "Bearer " + key);
    }

    Reply post(String path, String key, @Nullable String body) {
        return send("POST", path, body, "Authorization", "Bearer " + key);
    }

    @Override
    public void close() {
        context.close();
    }
}
