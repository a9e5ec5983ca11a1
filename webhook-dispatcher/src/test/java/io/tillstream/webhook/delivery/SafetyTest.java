package io.tillstream.webhook.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.tillstream.http.outgoing.Names;
import io.tillstream.http.outgoing.Targets;
import io.tillstream.webhook.delivery.Exchange.Forbidden;
import io.tillstream.webhook.delivery.Exchange.Unreachable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is sent nothing although a connection is there. */
class SafetyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PASSWORD = "changeit";

    @TempDir
    private Path directory = Path.of("");

    private final AtomicInteger reached = new AtomicInteger();
    private @Nullable HttpsServer secure;

    @AfterEach
    void close() {
        if (secure != null) secure.stop(0);
    }

    /** A socket to 0.0.0.0 ends at an address of this machine: look-ups answer what is permitted, and it is where nothing may go. */
    @Test
    void sendsNoByteOverASocketThatEndedElsewhere() throws IOException {
        AtomicInteger lookUps = new AtomicInteger();
        Names names = host -> {
            lookUps.incrementAndGet();
            return CompletableFuture.completedStage(List.of(address("0.0.0.0")));
        };
        try (ServerSocket inside = new ServerSocket(0, 1)) {
            inside.setSoTimeout((int) PATIENCE.toMillis());
            try (Client client = client("0.0.0.0/32", names)) {
                assertThat(post(client, "http://rebinding.test:" + inside.getLocalPort()))
                        .isInstanceOfSatisfying(
                                Forbidden.class,
                                forbidden -> assertThat(forbidden.error()).contains("leads to"));
            }
            assertThat(lookUps.get()).isEqualTo(2);
            try (Socket connected = inside.accept()) {
                assertThat(connected.getInputStream().readAllBytes()).isEmpty();
            }
        }
    }

    @Test
    void sendsNothingToACertificateThatNobodyVouchesFor() throws Exception {
        int port = receiverFor("receiver.test", keyStoreFor("receiver.test"));
        try (Client client = client("127.0.0.0/8", SafetyTest::loopback)) {
            assertThat(post(client, "https://receiver.test:" + port))
                    .isInstanceOfSatisfying(
                            Unreachable.class,
                            unreachable ->
                                    assertThat(unreachable.error()).contains("TLS failed", "certification path"));
        }
        assertThat(reached.get()).isZero();
    }

    @Test
    void sendsNothingToATrustedCertificateOfAnotherHost() throws Exception {
        Path keys = keyStoreFor("receiver.test");
        int port = receiverFor("receiver.test", keys);
        List<String> said = Trusting.post(keys, "https://receiver.test:" + port, "https://another.test:" + port);
        assertThat(said.getFirst()).isEqualTo("200 null");
        assertThat(said.get(1)).startsWith("0 TLS failed: ").contains("another.test");
        assertThat(reached.get()).isEqualTo(1);
    }

    /** A client in a process of its own, since a JVM's trusted certificates are those that it started with. */
    static final class Trusting {
        private Trusting() {}

        /** What comes of a post to each. */
        static List<String> post(Path trusted, String... urls) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of(
                    java("java"),
                    "-Djavax.net.ssl.trustStore=" + trusted,
                    "-Djavax.net.ssl.trustStorePassword=" + PASSWORD,
                    "-cp",
                    System.getProperty("java.class.path"),
                    Trusting.class.getName()));
            command.addAll(List.of(urls));
            return run(command).lines().filter(line -> line.matches("\\d+ .*")).toList();
        }

        public static void main(String[] urls) {
            try (Client client = client("127.0.0.0/8", SafetyTest::loopback)) {
                for (String url : urls) {
                    Exchange exchange = SafetyTest.post(client, url);
                    System.out.println(exchange.status() + " " + exchange.error());
                }
            }
        }
    }

    private static Client client(String allowed, Names names) {
        return new Client(Targets.allowing(List.of(allowed), names), PATIENCE, PATIENCE, 16, Clock.systemUTC());
    }

    private static Exchange post(Client by, String url) {
        return requireNonNull(by.post(url, Map.of(), "{}".getBytes(UTF_8)).block());
    }

    /** Counts what reaches it; answers its port. */
    private int receiverFor(String host, Path keys) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        assertThat(store.containsAlias(host)).isTrue();
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(address("127.0.0.1"), 0), 0);
        secure = server;
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            reached.incrementAndGet();
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server.getAddress().getPort();
    }

    /** A new key and a certificate for it that it signed itself. */
    private Path keyStoreFor(String host) throws IOException, InterruptedException {
        Path keys = directory.resolve(host + ".p12");
        run(List.of(
                java("keytool"),
                "-genkeypair",
                "-alias",
                host,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + host,
                "-ext",
                "san=dns:" + host,
                "-storetype",
                "PKCS12",
                "-keystore",
                keys.toString(),
                "-storepass",
                PASSWORD));
        return keys;
    }

    private static String java(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool).toString();
    }

    /** What a program says that ends well. */
    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static CompletableFuture<List<InetAddress>> loopback(String host) {
        return CompletableFuture.completedFuture(List.of(address("127.0.0.1")));
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
