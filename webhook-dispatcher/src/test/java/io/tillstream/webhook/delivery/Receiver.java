package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.WebhookEventName;
import io.tillstream.webhook.payload.Catalogue;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A real HTTP server on loopback that answers as it is told, down to the bytes. */
final class Receiver implements AutoCloseable {
    /** What came in. Header names are lower case. */
    record Received(String path, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        long number() {
            return Long.parseLong(header("x-tillstream-sequence"));
        }

        JsonNode json() {
            return EventJson.STORED.readTree(body);
        }

        String product() {
            return json().at("/data/product/id").asString();
        }

        void assertSignedWith(String secret) {
            assertThatCode(() -> verify(secret)).doesNotThrowAnyException();
        }

        /** As a receiver's library does it. */
        void verify(String secret) throws WebhookVerificationException {
            Map<String, List<String>> all = headers.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue())));
            new Webhook(secret).verify(body, HttpHeaders.of(all, (name, value) -> true));
        }

        void assertAsTheCatalogueSays() {
            String event = json().path("event").asString();
            assertThat(header("x-sellf-event")).isEqualTo(event);
            Catalogue.Entry entry = Catalogue.of(WebhookEventName.of(event).orElseThrow());
            assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                            .getSchema(entry.schema())
                            .validate(json()))
                    .as(body)
                    .isEmpty();
        }
    }

    /** What happens once a request is read. */
    @FunctionalInterface
    interface Behaviour {
        void answer(Socket socket, OutputStream out) throws IOException, InterruptedException;
    }

    private static final int TLS_HANDSHAKE = 0x16;

    private final ServerSocket server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Behaviour behaviour = answering(200, "ok");

    Receiver() {
        try {
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/hooks";
    }

    String secureUrl() {
        return url().replace("http:", "https:");
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    /** So many and no more, in the order in which they came. */
    List<Received> awaitReceived(int count) {
        List<Received> all = await().until(this::received, so -> so.size() >= count);
        assertThat(all).hasSize(count);
        return all;
    }

    /** Of the deliveries, in the order in which they came. */
    List<Long> numbers() {
        return received.stream().map(Received::number).toList();
    }

    int connections() {
        return connections.get();
    }

    void behave(Behaviour next) {
        behaviour = next;
    }

    static Behaviour answering(int status, String body, String... headers) {
        return (socket, out) -> {
            byte[] bytes = body.getBytes(UTF_8);
            out.write(head(status, "Content-Length: " + bytes.length, headers));
            out.write(bytes);
            out.flush();
        };
    }

    /** Answers once it may. */
    void answerLate(int status, String body) {
        behave((socket, out) -> {
            mayAnswer.await();
            answering(status, body).answer(socket, out);
        });
    }

    void mayAnswer() {
        mayAnswer.countDown();
    }

    /** Says nothing until it is closed. */
    Behaviour stalling() {
        return (socket, out) -> closed.await();
    }

    /** Begins an answer, then sends a byte now and then. */
    Behaviour dripping() {
        return (socket, out) -> {
            out.write(head(200, "Content-Length: 1000000"));
            while (closed.getCount() > 0) {
                out.write('.');
                out.flush();
                Thread.sleep(20);
            }
        };
    }

    /** Never ends its answer. */
    static Behaviour endless(CountDownLatch cutOff) {
        return (socket, out) -> {
            byte[] chunk = "x".repeat(8_192).getBytes(UTF_8);
            out.write(head(200, "Content-Length: 5000000000"));
            try {
                while (true) out.write(chunk);
            } catch (SocketException e) {
                cutOff.countDown();
            }
        };
    }

    static Behaviour resetting() {
        return (socket, out) -> {
            socket.setSoLinger(true, 0);
            socket.close();
        };
    }

    private static byte[] head(int status, String length, String... headers) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\n" + length + "\r\n");
        for (String header : headers) head.append(header).append("\r\n");
        return head.append("\r\n").toString().getBytes(ISO_8859_1);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream()) {
            in.mark(1);
            boolean tls = in.read() == TLS_HANDSHAKE;
            in.reset();
            if (tls) {
                out.write(head(400, "Content-Length: 0"));
                return;
            }
            for (Received next = read(in); next != null; next = read(in)) {
                received.add(next);
                behaviour.answer(socket, out);
            }
        } catch (IOException | InterruptedException e) {
            // the other side has had enough
        } finally {
            open.remove(socket);
        }
    }

    private static @Nullable Received read(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) lines.add(line);
        if (lines.isEmpty() || !lines.getFirst().contains("HTTP/1.1")) return null;
        Map<String, String> headers = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Received(lines.getFirst().split(" ", -1)[1], headers, new String(in.readNBytes(length), UTF_8));
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') return line.toString(ISO_8859_1).stripTrailing();
            line.write(c);
        }
        return null;
    }

    @Override
    public void close() {
        closed.countDown();
        mayAnswer.countDown();
        try {
            server.close();
            for (Socket socket : open) socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
