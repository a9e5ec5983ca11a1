package io.tillstream.standalone;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tillstream.embedded.Secret;
import io.tillstream.http.outgoing.Targets;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the command line reaches a running shop: a listener of its own on 127.0.0.1, which no proxy passes on. Its port and a token made
 * at this start are in the data folder's file {@code control}, which only the owner can read. Requests and answers are properties.
 */
final class Control implements AutoCloseable {
    static final String TOKEN = "X-Tillstream-Control";

    /** How long a local receiver is sent to after it last said that it is there. */
    static final Duration LEASE = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(Control.class);

    /** What can be asked; a refusal is a {@link CannotGoOn}. */
    interface Admins {
        void add(String email, String password);

        void changePassword(String email, String password);
    }

    private final HttpServer server;
    private final Path file;

    private Control(HttpServer server, Path file) {
        this.server = server;
        this.file = file;
    }

    /** @param known what the command line is told of the shop beside how to reach this */
    static Control start(Path file, Map<String, String> known, Admins admins, Targets targets) throws IOException {
        String token = Secret.random(32);
        HttpServer server = HttpServer.create(local(0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange, token, admins, targets);
            }
        });
        server.start();
        Properties told = new Properties();
        told.putAll(known);
        told.setProperty("port", Integer.toString(server.getAddress().getPort()));
        told.setProperty("token", token);
        told.setProperty("process", Long.toString(ProcessHandle.current().pid()));
        StringWriter text = new StringWriter();
        told.store(text, null);
        Secret.write(file, text.toString());
        return new Control(server, file);
    }

    static InetSocketAddress local(int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    }

    private static InetSocketAddress receiver(Properties request) throws IOException {
        String port = request.getProperty("port", "");
        if (!port.matches("[1-9]\\d{0,4}") || Integer.parseInt(port) > 65_535)
            throw new CannotGoOn("Not a port: " + port);
        return local(Integer.parseInt(port));
    }

    private static void answer(HttpExchange exchange, String token, Admins admins, Targets targets) throws IOException {
        String given = exchange.getRequestHeaders().getFirst(TOKEN);
        boolean ours = exchange.getRemoteAddress().getAddress().isLoopbackAddress()
                && given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
        if (!ours) {
            write(exchange, 403, "Not for you");
            return;
        }
        Properties request = new Properties();
        request.load(new StringReader(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        String email = request.getProperty("email", "");
        String password = request.getProperty("password", "");
        try {
            switch (exchange.getRequestURI().getPath()) {
                case "/admin/add" -> admins.add(email, password);
                case "/admin/passwd" -> admins.changePassword(email, password);
                case "/listen" -> targets.lend(receiver(request), LEASE);
                case "/listen/end" -> targets.takeBack(receiver(request));
                default -> throw new CannotGoOn("This shop is of another version and knows no such command");
            }
            write(exchange, 200, "");
        } catch (CannotGoOn e) {
            write(exchange, 409, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            log.error("A command from the command line failed", e);
            write(exchange, 500, Reasons.innermost(e));
        }
    }

    private static void write(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("Cannot delete {}: {}", file, Reasons.of(e));
        }
        server.stop(0);
    }
}
