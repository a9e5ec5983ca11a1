package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.Shop.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

class RedisAwayTest {
    @Test
    void keepsLimitingKeysAndRefusesOnlySessions() throws Exception {
        int port = Servers.freePort();
        RedisServer redis = Servers.redis(port);
        try (Shop shop = new Shop(Map.of("tillstream.redis.uri", "redis://127.0.0.1:" + port))) {
            String limited = Servers.shared().key("products:read").limit(20).make();
            String unlimited = Servers.shared().key("products:read").make();
            String cookie = shop.send("POST", "/api/auth/login", null)
                    .header("Set-Cookie")
                    .orElseThrow();
            for (int i = 0; i < 5; i++)
                assertThat(shop.get("/api/v1/things", limited).status()).isEqualTo(200);
            Awaiting.until(() -> health(shop) == 200); // once credentials have been polled

            redis.stop();

            // goes on from what is known: 15 are left, in this instance too
            List<Integer> statuses = LimitTest.together(
                    30, n -> shop.get("/api/v1/things", limited).status());
            assertThat(statuses).filteredOn(status -> status == 200).hasSize(15);
            assertThat(statuses).filteredOn(status -> status == 429).hasSize(15);
            Reply session = shop.send("GET", "/api/v1/private", null, "Cookie", cookie);
            assertThat(session.status()).isEqualTo(503);
            assertThat(session.code()).isEqualTo("SERVICE_UNAVAILABLE");
            assertThat(session.header("Retry-After")).isPresent();
            assertThat(health(shop)).isEqualTo(503);
            assertThat(shop.send("GET", "/actuator/health/readiness", null).status())
                    .isEqualTo(200);
            // nobody waits for Redis: most of these come in its rest
            long start = System.nanoTime();
            for (int i = 0; i < 50; i++)
                assertThat(shop.get("/api/v1/things", unlimited).status()).isEqualTo(200);
            assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(5_000);
            // a write is answered all the same
            String writer = Servers.shared().key("products:write").make();
            assertThat(shop.post("/api/v1/things?at=1", writer, "{\"name\":\"x\"}")
                            .status())
                    .isEqualTo(201);

            RedisServer again = restarted(port);
            try {
                Awaiting.until(() -> shop.send("POST", "/api/auth/login", null).status() == 200);
            } finally {
                Servers.stop(again);
            }
        }
    }

    @Test
    void startsWithoutIt() {
        try (Shop shop = new Shop(Map.of("tillstream.redis.uri", "redis://127.0.0.1:" + Servers.freePort()))) {
            String key = Servers.shared().key("products:read").limit(2).make();
            assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(200);
            assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(200);
            assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(429);
        }
    }

    private static RedisServer restarted(int port) throws IOException {
        return Servers.redis(port);
    }

    private static int health(Shop shop) {
        return shop.send("GET", "/actuator/health", null).status();
    }
}
