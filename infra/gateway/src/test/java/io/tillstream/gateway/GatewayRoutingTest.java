package io.tillstream.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gateway's template in a real nginx, before three servers that say which one they are. Skipped where there is no nginx. */
@EnabledIf(value = "nginxIsHere", disabledReason = "There is no nginx here: the gateway's routes were not tried")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayRoutingTest {
    private static final Path TEMPLATE = Path.of("nginx.conf.template");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Queue<AutoCloseable> open = new ConcurrentLinkedQueue<>();
    private String gateway = "";

    /** The one that {@code TILLSTREAM_NGINX} names, or an installed one. */
    static Optional<String> nginx() {
        return Stream.of(
                        System.getenv().getOrDefault("TILLSTREAM_NGINX", ""),
                        "/usr/sbin/nginx",
                        "/usr/local/sbin/nginx",
                        "/usr/bin/nginx",
                        "/opt/homebrew/bin/nginx")
                .filter(path -> Files.isRegularFile(Path.of(path)) && Files.isExecutable(Path.of(path)))
                .findFirst();
    }

    static boolean nginxIsHere() {
        return nginx().isPresent();
    }

    @BeforeAll
    void startNginx(@TempDir Path folder) throws IOException, InterruptedException {
        String nginx = nginx().orElseThrow();
        int port = freePort();
        String server = Files.readString(TEMPLATE);
        Map<String, String> values = Map.of(
                "COMMAND_SERVICE",
                service("command-service"),
                "QUERY_SERVICE",
                service("query-service"),
                "WEBHOOK_DISPATCHER",
                "127.0.0.1:" + freePort(), // nobody listens: a service that is away
                "LISTEN",
                "127.0.0.1:" + port,
                "ACCESS_LOG",
                folder.resolve("access.log").toString(),
                "RESOLVER",
                "127.0.0.1",
                "TRUSTED_PROXY",
                "192.0.2.1");
        for (Map.Entry<String, String> value : values.entrySet()) {
            assertThat(server).contains("${" + value.getKey() + "}");
            server = server.replace("${" + value.getKey() + "}", value.getValue());
        }
        assertThat(server).doesNotContain("${");
        // Only so that its worker may write into this test's folder.
        boolean root = "root".equals(System.getProperty("user.name"));
        Path config = folder.resolve("nginx.conf");
        Files.writeString(config, """
                %3$s
                daemon off;
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log;
                events {}
                http {
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                %2$s}
                """.formatted(folder, server, root ? "user root;" : ""));
        Process process = new ProcessBuilder(
                        nginx,
                        "-e",
                        folder.resolve("error.log").toString(),
                        "-p",
                        folder.toString(),
                        "-c",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        open.add(() -> {
            process.destroy();
            process.waitFor(10, TimeUnit.SECONDS);
        });
        gateway = "http://127.0.0.1:" + port;
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!listens(port)) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS))
                throw new AssertionError("nginx ended: " + Files.readString(folder.resolve("output"))
                        + Files.readString(folder.resolve("error.log")));
            if (System.nanoTime() > deadline) throw new AssertionError("nginx doesn't listen");
        }
    }

    @AfterAll
    void stopAll() throws Exception {
        for (AutoCloseable resource : open) resource.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /api/v1/products,                     query-service",
        "HEAD,   /api/v1/products,                     query-service",
        "GET,    /api/v1/products/1?as_of=2026-01-01,  query-service",
        "GET,    /api/v1/webhooksmith,                 query-service",
        "GET,    /api/v1/openapi.json,                 query-service",
        "GET,    /docs,                                query-service",
        "GET,    /docs/explorer.js,                    query-service",
        "GET,    /schemas/product.created/1,           query-service",
        "POST,   /api/v1/products,                     command-service",
        "PATCH,  /api/v1/products/1,                   command-service",
        "PUT,    /api/v1/products/1/oto,               command-service",
        "DELETE, /api/v1/api-keys/1,                   command-service",
        "POST,   /api/v1/replays,                      query-service",
        "GET,    /api/v1/replays/1,                    query-service",
        "DELETE, /api/v1/replays/1,                    query-service",
        "OPTIONS,/api/v1/products,                     command-service",
        "POST,   /api/auth/login,                      command-service",
        "GET,    /api/auth/session,                    command-service",
        "POST,   /api/v1/webhooks,                     command-service",
        "PATCH,  /api/v1/webhooks/1,                   command-service",
        "DELETE, /api/v1/webhooks/1,                   command-service",
        "POST,   /api/v1/webhooks/1/rotate-secret,     command-service"
    })
    void sends(String method, String path, String service) throws Exception {
        HttpResponse<String> answer = send(method, path, Map.of());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Served-By")).contains(service);
        assertThat(answer.headers().firstValue("Served-Path")).contains(path);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  /api/v1/webhooks",
        "GET,  /api/v1/webhooks/1?as_of=2026-01-01",
        "GET,  /api/v1/webhooks/1/history",
        "GET,  /api/v1/webhooks/logs",
        "GET,  /api/v1/webhooks/1/feed",
        "POST, /api/v1/webhooks/1/test",
        "POST, /api/v1/webhooks/1/replays",
        "DELETE, /api/v1/webhooks/1/replays/2",
        "POST, /api/v1/webhooks/logs/1/retry"
    })
    void answers503InTheEnvelopeWhereTheServiceIsAway(String method, String path) throws Exception {
        HttpResponse<String> answer = send(method, path, Map.of("X-Request-Id", "mine"));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("""
                {"error":{"code":"SERVICE_UNAVAILABLE","message":"The service is not available"}}""");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("X-Request-Id")).contains("mine");
    }

    @Test
    void passesTheRequestIdOn() throws Exception {
        HttpResponse<String> answer = send("GET", "/api/v1/products", Map.of("X-Request-Id", "a-client's-own"));
        assertThat(answer.headers().firstValue("Seen-X-Request-Id")).contains("a-client's-own");
    }

    @Test
    void makesARequestIdWhereThereIsNone() throws Exception {
        HttpResponse<String> answer = send("GET", "/api/v1/products", Map.of());
        assertThat(answer.headers().firstValue("Seen-X-Request-Id").orElse("")).matches("[0-9a-f]{32}");
    }

    @Test
    void saysWhoTheClientIsAndBelievesNobodyElse() throws Exception {
        HttpResponse<String> answer = send(
                "POST",
                "/api/v1/products",
                Map.of(
                        "X-Forwarded-For",
                        "203.0.113.9",
                        "X-Forwarded-Proto",
                        "https",
                        "X-Forwarded-Host",
                        "evil.example"));
        assertThat(answer.headers().firstValue("Seen-X-Forwarded-For")).contains("127.0.0.1");
        assertThat(answer.headers().firstValue("Seen-X-Forwarded-Proto")).contains("http");
        assertThat(answer.headers().firstValue("Seen-X-Forwarded-Host"))
                .contains(gateway.substring("http://".length()));
    }

    @Test
    void passesABodyOn() throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(gateway + "/api/v1/products"))
                        .POST(BodyPublishers.ofString("{\"name\":\"Tür\"}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo("{\"name\":\"Tür\"}");
    }

    @Test
    void refusesAFloodInTheEnvelope() throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(gateway + "/api/v1/products"))
                        .POST(BodyPublishers.ofByteArray(new byte[3 << 20]))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("\"code\":\"PAYLOAD_TOO_LARGE\"");
    }

    @Test
    void keepsTheServicesHealthToItself() throws Exception {
        assertThat(send("GET", "/actuator/health", Map.of()).statusCode()).isEqualTo(404);
        assertThat(send("GET", "/actuator/health", Map.of()).body()).contains("\"code\":\"NOT_FOUND\"");
        assertThat(send("GET", "/healthz", Map.of()).body()).isEqualTo("up\n");
    }

    private HttpResponse<String> send(String method, String path, Map<String, String> headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.noBody());
        headers.forEach(request::header);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** A server that answers with its name, what it was asked, and the body it got. */
    private String service(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange;
                    InputStream body = exchange.getRequestBody()) {
                byte[] sent = body.readAllBytes();
                exchange.getResponseHeaders().set("Served-By", name);
                exchange.getResponseHeaders()
                        .set("Served-Path", exchange.getRequestURI().toString());
                for (String header :
                        List.of("X-Request-Id", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"))
                    seen(exchange, header);
                boolean head = exchange.getRequestMethod().equals("HEAD");
                exchange.sendResponseHeaders(200, head || sent.length == 0 ? -1 : sent.length);
                if (!head && sent.length > 0) exchange.getResponseBody().write(sent);
            }
        });
        server.start();
        open.add(() -> server.stop(0));
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private static void seen(HttpExchange exchange, String header) {
        List<String> values = exchange.getRequestHeaders().getOrDefault(header, List.of());
        exchange.getResponseHeaders().set("Seen-" + header, String.join(", ", values));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
