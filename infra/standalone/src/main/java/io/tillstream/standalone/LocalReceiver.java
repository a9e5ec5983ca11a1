package io.tillstream.standalone;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tillstream.standalone.Numbers.Gap;
import io.tillstream.standalone.Numbers.Place;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Receives webhooks on 127.0.0.1, verifies them with the standard's own library, and says what came. */
final class LocalReceiver implements AutoCloseable {
    private static final int MOST_BYTES = 2 << 20;
    private static final int SHORT = 160;
    private static final int REMEMBERED = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final HttpServer server;
    private final boolean full;
    private final Console console;
    /** A delivery may come before the answer that tells the secret. */
    private final CompletableFuture<Webhook> verifier = new CompletableFuture<>();

    private final Numbers numbers = new Numbers();
    private final Set<String> seen = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });
    private @Nullable Gap gap;
    private long gapSince;
    private boolean gapNamed;

    private LocalReceiver(HttpServer server, boolean full, Console console) {
        this.server = server;
        this.full = full;
        this.console = console;
    }

    static LocalReceiver start(int port, boolean full, Console console) {
        try {
            HttpServer server = HttpServer.create(Control.local(port), 0);
            LocalReceiver receiver = new LocalReceiver(server, full, console);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", exchange -> {
                try (exchange) {
                    exchange.sendResponseHeaders(receiver.receive(exchange), -1);
                }
            });
            server.start();
            receiver.warmUp();
            return receiver;
        } catch (BindException e) {
            throw Up.taken(port);
        } catch (IOException e) {
            throw new CannotGoOn("Cannot listen on port " + port + ": " + Reasons.of(e), e);
        }
    }

    /** What the first delivery would wait for, and so be overtaken by the second: classes that are loaded at their first use. */
    private void warmUp() throws IOException {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        Webhook any = new Webhook(secret);
        long now = System.currentTimeMillis() / 1000;
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/"))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            any.verify(
                    "{}",
                    HttpHeaders.of(
                            Map.of(
                                    "webhook-id", List.of("id"),
                                    "webhook-timestamp", List.of(Long.toString(now)),
                                    "webhook-signature", List.of(any.sign("id", now, "{}"))),
                            (name, value) -> true));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (WebhookSigningException | WebhookVerificationException e) {
            throw new IllegalStateException("It doesn't verify what it signed itself", e);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    void secret(String secret) {
        verifier.complete(new Webhook(secret));
    }

    private int receive(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) return 405;
        Headers headers = exchange.getRequestHeaders();
        String body = new String(exchange.getRequestBody().readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        String wrong = wrong(headers, body);
        say(headers, body, wrong);
        return wrong == null ? 200 : 401;
    }

    /** Why it isn't from the shop, or null. */
    private @Nullable String wrong(Headers headers, String body) {
        try {
            verifier.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .verify(body, HttpHeaders.of(headers, (name, value) -> true));
            return null;
        } catch (WebhookVerificationException e) {
            return String.valueOf(e.getMessage());
        } catch (ExecutionException | TimeoutException e) {
            return "The secret isn't known yet";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "Ending";
        }
    }

    private synchronized void say(Headers headers, String body, @Nullable String wrong) {
        String id = headers.getFirst("webhook-id");
        String event = headers.getFirst("X-Sellf-Event");
        String number = headers.getFirst("X-Tillstream-Sequence");
        StringBuilder verdict = new StringBuilder(wrong == null ? "verified" : "NOT VERIFIED: " + wrong);
        if (wrong == null) {
            String attempt = headers.getFirst("X-Sellf-Retry-Attempt");
            if (attempt != null) verdict.append(", attempt ").append(attempt);
            if (headers.getFirst("X-Tillstream-Replayed") != null) verdict.append(", a replay of history");
            if (id != null && !seen.add(id)) verdict.append(", DUPLICATE: this id came before");
            if (number != null && number.matches("\\d{1,18}")) {
                Place place = numbers.came(Long.parseLong(number));
                if (place == Place.LATE) verdict.append(", late: a higher number came before");
                look();
            }
        }
        console.say(printable(String.format(
                        Locale.ROOT,
                        "%-6s %-24s %-36s  %s",
                        number == null ? "-" : "#" + number,
                        event == null ? "-" : event,
                        id == null ? "-" : id,
                        verdict))
                + "\n       " + printable(full || body.length() <= SHORT ? body : body.substring(0, SHORT) + " …"));
    }

    /** Names a gap once it isn't just deliveries that overtake each other. */
    synchronized void nameGap(Duration grace) {
        look();
        Gap missing = gap;
        if (missing == null || gapNamed || System.nanoTime() - gapSince < grace.toNanos()) return;
        gapNamed = true;
        console.say("MISSING " + missing + ", though higher numbers came. A retry may bring it; the feed after "
                + (missing.from() - 1) + " has it");
    }

    private void look() {
        Gap now = numbers.gap();
        if (now == null || gap == null || now.from() != gap.from()) {
            gapSince = System.nanoTime();
            gapNamed = false;
        }
        gap = now;
    }

    /** Whoever reaches the port could send what a terminal obeys. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "\uFFFD");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
