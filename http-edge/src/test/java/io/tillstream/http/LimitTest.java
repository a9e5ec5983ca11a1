package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.Shop.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LimitTest {
    private static final Shop shop = Shop.shared();
    private static final Shop second = Shop.second();

    @Test
    void tellsWhatIsLeftOnEveryAnswer() {
        String key = Servers.shared().key("products:read").limit(2).make();
        long before = shop.clock.millis();
        Reply first = shop.get("/api/v1/things", key);
        long after = shop.clock.millis();
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("RateLimit-Policy")).hasValue("\"key\";q=2;w=60");
        String left = first.header("RateLimit").orElseThrow();
        assertThat(left).startsWith("\"key\";r=1;t=");
        assertThat(Long.parseLong(left.substring("\"key\";r=1;t=".length())))
                .isBetween(Math.ceilDiv(before + 60_000 - after, 1_000), 60L);
        assertThat(first.header("X-RateLimit-Limit")).hasValue("2");
        assertThat(first.header("X-RateLimit-Remaining")).hasValue("1");
        assertThat(Long.parseLong(first.header("X-RateLimit-Reset").orElseThrow()))
                .isBetween(Math.ceilDiv(before + 60_000, 1_000), Math.ceilDiv(after + 60_000, 1_000));
        assertThat(shop.get("/api/v1/nowhere", key).header("X-RateLimit-Remaining"))
                .hasValue("0");
        Reply third = shop.get("/api/v1/things", key);
        assertThat(third.status()).isEqualTo(429);
        assertThat(third.code()).isEqualTo("RATE_LIMITED");
        assertThat(third.message()).isEqualTo("Rate limit exceeded. Maximum 2 requests per minute.");
        assertThat(Long.parseLong(third.header("Retry-After").orElseThrow()))
                .isBetween(Math.ceilDiv(before + 60_000 - shop.clock.millis(), 1_000), 60L);
    }

    @Test
    void countsBeforeItLooksAtScopes() {
        String key = Servers.shared().key("users:read").limit(1).make();
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(403);
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(429);
    }

    @Test
    void leavesKeysWithoutALimitAlone() {
        Reply reply =
                shop.get("/api/v1/things", Servers.shared().key("products:read").make());
        assertThat(reply.header("RateLimit")).isEmpty();
    }

    @Test
    void startsANewWindowAfterAMinute() {
        String key = Servers.shared().key("products:read").limit(1).make();
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(200);
        shop.clock.advance(Duration.ofSeconds(30));
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(429);
        shop.clock.advance(Duration.ofSeconds(30));
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(200);
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(429);
    }

    @Test
    void obeysAChangedLimitAtOnce() {
        String key = Servers.shared().key("products:read").limit(1).make();
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(200);
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(429);
        Servers.shared().change(key, "limit_per_minute = 100");
        Awaiting.until(() -> shop.get("/api/v1/things", key).status() == 200);
    }

    @Test
    void letsExactlyAsManyPassOverTwoInstances() throws Exception {
        String key = Servers.shared().key("products:read").limit(25).make();
        List<Integer> statuses = together(
                100,
                n -> (n % 2 == 0 ? shop : second).get("/api/v1/things", key).status());
        assertThat(statuses).filteredOn(status -> status == 200).hasSize(25);
        assertThat(statuses).filteredOn(status -> status == 429).hasSize(75);
    }

    @Test
    void countsEachKeyForItself() {
        String one = Servers.shared().key("products:read").limit(1).make();
        String other = Servers.shared().key("products:read").limit(1).make();
        assertThat(shop.get("/api/v1/things", one).status()).isEqualTo(200);
        assertThat(shop.get("/api/v1/things", other).status()).isEqualTo(200);
    }

    /** Something done many times at once. */
    @FunctionalInterface
    interface Numbered {
        int call(int n);
    }

    static List<Integer> together(int times, Numbered call) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int n = 0; n < times; n++) {
                int number = n;
                calls.add(() -> call.call(number));
            }
            List<Integer> results = new ArrayList<>();
            for (Future<Integer> result : threads.invokeAll(calls)) results.add(result.get());
            return results;
        }
    }
}
