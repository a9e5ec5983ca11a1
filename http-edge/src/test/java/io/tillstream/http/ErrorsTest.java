package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.Shop.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorsTest {
    private static final Shop shop = Shop.shared();
    private static final String key = Servers.shared().key("products:write").make();

    private static void assertError(Reply reply, int status, String code) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).hasValue("application/json");
        assertThat(reply.header("X-Request-Id")).isPresent();
        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.message()).isNotEmpty();
        assertThat(reply.json().has("data")).isFalse();
    }

    @Test
    void answersUnknownRoutesInTheEnvelope() {
        assertError(shop.get("/api/v1/nowhere", key), 404, "NOT_FOUND");
        assertError(shop.send("GET", "/api/v1/nowhere", null), 401, "UNAUTHORIZED");
        assertError(shop.send("GET", "/nowhere", null), 404, "NOT_FOUND");
        assertError(shop.send("GET", "/", null), 404, "NOT_FOUND");
        assertError(shop.send("GET", "/actuator/env", null), 404, "NOT_FOUND");
    }

    @Test
    void namesTheMethodsThatARouteHas() {
        Reply reply = shop.send("PUT", "/api/v1/things/" + UUID.randomUUID(), "{}", "X-API-Key", key);
        assertError(reply, 405, "METHOD_NOT_ALLOWED");
        assertThat(reply.header("Allow"))
                .hasValueSatisfying(allow -> assertThat(allow).contains("GET", "PATCH", "DELETE", "OPTIONS"));
    }

    @Test
    void aBodyThatNobodyReadDoesntHoldUpTheNextRequest() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), shop.port)) {
            socket.setSoTimeout(10_000);
            for (int round = 0; round < 100; round++) {
                String request = "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nX-API-Key: nobody"
                        + "\r\nContent-Length: 2\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
                socket.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
                assertThat(answer(socket)).startsWith("HTTP/1.1 4");
            }
        }
    }

    /** One answer with its body, whose length it names. */
    private static String answer(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = socket.getInputStream().read();
            if (read < 0) throw new IOException("The connection was closed after: " + head);
            head.append((char) read);
        }
        var length =
                java.util.regex.Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
        if (length.find()) socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
        return head.toString();
    }

    @Test
    void answersRefusalsWithTheirCodeAndDetails() {
        Reply reply = shop.get("/api/v1/refused", key);
        assertError(reply, 409, "CONFLICT");
        assertThat(reply.json().at("/error/details/id/0").asString()).isEqualTo("is sold out");
    }

    @Test
    void hidesWhatBrokeAndSaysWhatIsAway() {
        Reply broken = shop.get("/api/v1/broken", key);
        assertError(broken, 500, "INTERNAL_ERROR");
        assertThat(broken.body()).doesNotContain("secret");
        Reply away = shop.get("/api/v1/away", key);
        assertError(away, 503, "SERVICE_UNAVAILABLE");
        assertThat(away.header("Retry-After")).isPresent();
    }

    @Test
    void takesABodyOfAMebibyteAndNoMore() {
        String filler = " ".repeat(1 << 20);
        String most = "{\"name\":\"x\"}" + filler.substring(0, (1 << 20) - 12);
        assertThat(shop.post("/api/v1/things", key, most).status()).isEqualTo(201);
        assertError(shop.post("/api/v1/things", key, most + " "), 413, "PAYLOAD_TOO_LARGE");
        assertError(shop.post("/api/v1/things", key, filler.repeat(20)), 413, "PAYLOAD_TOO_LARGE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "nonsense"})
    void neverLooksAtTheContentType(String type) {
        Reply reply = shop.send("POST", "/api/v1/things", "{\"name\":\"x\"}", "X-API-Key", key, "Content-Type", type);
        assertThat(reply.status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "not-a-uuid",
                "0-0-0-0-0",
                "550e8400e29b41d4a716446655440000",
                "550e8400-e29b-41d4-a716-44665544000g",
                "550e8400-e29b-41d4-a716-446655440000%00",
                "%ff"
            })
    void refusesMalformedIdsBeforeTheBody(String id) {
        assertError(shop.get("/api/v1/things/" + id, key), 400, "INVALID_INPUT");
        assertError(shop.send("PATCH", "/api/v1/things/" + id, "{", "X-API-Key", key), 400, "INVALID_INPUT");
    }

    @Test
    void takesIdsOfAnyVersionAndCase() {
        assertThat(shop.get("/api/v1/things/00000000-0000-0000-0000-000000000000", key)
                        .status())
                .isEqualTo(200);
        assertThat(shop.get("/api/v1/things/550E8400-E29B-41D4-A716-446655440000", key)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void refusesNulInPathAndQuery() {
        assertError(shop.get("/api/v1/named/a%00b", key), 400, "INVALID_INPUT");
        Reply query = shop.get("/api/v1/things?search=a%00b", key);
        assertError(query, 400, "INVALID_INPUT");
        assertThat(query.json().at("/error/details").has("search")).isTrue();
        assertError(shop.get("/api/v1/things?search=%ff", key), 400, "INVALID_INPUT");
        assertError(shop.get("/api/v1/things?search=%ED%A0%80", key), 400, "INVALID_INPUT");
    }

    @Test
    void givesTheEnvelopeToAnAddressThatIsNoUri() throws IOException {
        assertThat(raw("GET /api/v1/things?search=a|b[ HTTP/1.1"))
                .startsWith("HTTP/1.1 400")
                .contains("INVALID_INPUT");
        assertThat(raw("GET /api/v1/things?search=%zz HTTP/1.1"))
                .startsWith("HTTP/1.1 400")
                .contains("INVALID_INPUT");
        assertThat(raw("GET /api/v1/things/%zz HTTP/1.1"))
                .startsWith("HTTP/1.1 400")
                .contains("INVALID_INPUT");
    }

    private static String raw(String requestLine) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), shop.port)) {
            socket.getOutputStream()
                    .write((requestLine + "\r\nHost: localhost\r\nX-API-Key: " + key + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void takesOverARequestIdAndLogsUnderIt() {
        Reply reply = shop.send("GET", "/api/v1/seen", null, "X-API-Key", key, "X-Request-Id", "mine-1");
        assertThat(reply.header("X-Request-Id")).hasValue("mine-1");
        assertThat(reply.json().at("/data/request_id").asString()).isEqualTo("mine-1");
        assertThat(reply.json().at("/data/logged").asString()).isEqualTo("mine-1");
        assertThat(reply.json().at("/data/virtual").asBoolean()).isTrue();
        Reply own = shop.send("GET", "/api/v1/seen", null, "X-API-Key", key, "X-Request-Id", "a".repeat(129));
        assertThat(own.header("X-Request-Id"))
                .hasValueSatisfying(id -> assertThat(UUID.fromString(id)).isNotNull());
    }

    @Test
    void takesVisibleIdempotencyKeysOnly() {
        Reply reply =
                shop.send("POST", "/api/v1/things", "{\"name\":\"x\"}", "X-API-Key", key, "Idempotency-Key", "k1");
        assertThat(reply.json().at("/data/idempotency_key").asString()).isEqualTo("k1");
        for (String bad : new String[] {"a b", "k".repeat(256), ""})
            assertError(
                    shop.send("POST", "/api/v1/things", "{\"name\":\"x\"}", "X-API-Key", key, "Idempotency-Key", bad),
                    400,
                    "INVALID_INPUT");
    }

    @Test
    void tellsRequestsApartByWhatTheySay() {
        assertThat(fingerprint("{\"name\":\"x\"}")).isEqualTo(fingerprint("{\"name\":\"x\"}"));
        assertThat(fingerprint("{\"name\":\"x\"}")).isNotEqualTo(fingerprint("{\"name\":\"y\"}"));
    }

    private static String fingerprint(String body) {
        return shop.post("/api/v1/things", key, body)
                .json()
                .at("/data/fingerprint")
                .asString();
    }

    @Test
    void judgesIfMatch() {
        String path = "/api/v1/things/" + UUID.randomUUID();
        assertThat(shop.get(path, key).header("ETag")).hasValue("\"3\"");
        assertThat(ifMatch(path, "\"3\"").status()).isEqualTo(200);
        assertThat(ifMatch(path, "\"1\", \"3\"").status()).isEqualTo(200);
        assertThat(ifMatch(path, "*").status()).isEqualTo(200);
        assertError(ifMatch(path, "\"2\""), 412, "PRECONDITION_FAILED");
        assertError(ifMatch(path, "W/\"3\""), 412, "PRECONDITION_FAILED");
        assertError(ifMatch(path, "3"), 400, "INVALID_INPUT");
    }

    private static Reply ifMatch(String path, String value) {
        return shop.send("PATCH", path, "{\"name\":\"x\"}", "X-API-Key", key, "If-Match", value);
    }

    @Test
    void answersADeletionWithNothing() {
        Reply reply = shop.send("DELETE", "/api/v1/things/" + UUID.randomUUID(), null, "X-API-Key", key);
        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.body()).isEmpty();
    }
}
