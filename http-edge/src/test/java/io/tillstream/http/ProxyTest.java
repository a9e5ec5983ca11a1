package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.Shop.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code X-Forwarded-*} and {@code X-Real-IP} say counts behind a trusted proxy, and nowhere else. */
class ProxyTest {
    private static final Shop exposed = Shop.shared();
    private static Shop proxied = exposed;

    @BeforeAll
    static void start() {
        proxied = new Shop(Map.of("tillstream.trusted-proxy", "true"));
    }

    @AfterAll
    static void stop() {
        proxied.close();
    }

    @Test
    void isTheLastHopsWord() {
        assertThat(ip(proxied, "X-Forwarded-For", "198.51.100.1, 203.0.113.7")).isEqualTo("203.0.113.7");
        assertThat(ip(proxied, "X-Forwarded-For", "198.51.100.1", "X-Forwarded-For", "2001:db8::7"))
                .isEqualTo("2001:db8::7");
        assertThat(ip(proxied, "X-Forwarded-For", "203.0.113.7", "X-Real-IP", "198.51.100.1"))
                .isEqualTo("203.0.113.7");
        assertThat(ip(proxied, "X-Real-IP", "203.0.113.8")).isEqualTo("203.0.113.8");
    }

    @Test
    void isNotBelievedWhenItIsNoAddress() {
        assertThat(ip(proxied)).isEqualTo("127.0.0.1");
        assertThat(ip(proxied, "X-Forwarded-For", "x".repeat(65))).isEqualTo("127.0.0.1");
        assertThat(ip(proxied, "X-Forwarded-For", "203.0.113.7 or so")).isEqualTo("127.0.0.1");
    }

    @Test
    void isNobodysWordWithoutAProxy() {
        assertThat(ip(exposed, "X-Forwarded-For", "203.0.113.7", "X-Real-IP", "203.0.113.8"))
                .isEqualTo("127.0.0.1");
        assertThat(change(exposed, "https://shop.example")).isEqualTo(403);
    }

    @Test
    void brakesEachGuesserBehindTheProxyForItself() {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 61; i++) statuses.add(guess("203.0.113.9"));
        assertThat(statuses.subList(0, 60)).containsOnly(401);
        assertThat(statuses.getLast()).isEqualTo(429);
        assertThat(guess("203.0.113.10")).isEqualTo(401);
    }

    @Test
    void namesTheSiteThatASessionsChangesMustComeFrom() {
        assertThat(change(proxied, "https://shop.example")).isEqualTo(200);
        assertThat(change(proxied, "http://127.0.0.1:" + proxied.port)).isEqualTo(403);
    }

    private static String ip(Shop shop, String... headers) {
        List<String> all = new ArrayList<>(
                List.of("X-API-Key", Servers.shared().key("products:read").make()));
        all.addAll(List.of(headers));
        Reply reply = shop.send("GET", "/api/v1/seen", null, all.toArray(new String[0]));
        assertThat(reply.status()).isEqualTo(200);
        return reply.json().at("/data/ip").asString();
    }

    private static int guess(String from) {
        String unknown = "sf_live_" + "1".repeat(64);
        return proxied.send("GET", "/api/v1/things", null, "X-API-Key", unknown, "X-Forwarded-For", from)
                .status();
    }

    private static int change(Shop shop, String origin) {
        String token =
                shop.send("POST", "/api/auth/login", null).json().path("data").asString();
        return shop.send(
                        "POST",
                        "/api/v1/private",
                        null,
                        "Cookie",
                        "tillstream_session=" + token,
                        "Origin",
                        origin,
                        "X-Forwarded-Proto",
                        "https",
                        "X-Forwarded-Host",
                        "shop.example")
                .status();
    }
}
