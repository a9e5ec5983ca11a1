package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.redis.Redis;
import io.tillstream.http.usage.KeyUses;
import io.tillstream.http.usage.KeyUses.Use;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyUsesTest {
    private static final Instant NOON = Instant.parse("2026-04-01T12:00:00Z");

    private final Redis first = new Redis("redis://127.0.0.1:" + Servers.shared().redisPort);
    private final Redis second = new Redis("redis://127.0.0.1:" + Servers.shared().redisPort);
    private final KeyUses here = new KeyUses(first);
    private final KeyUses there = new KeyUses(second);
    private final UUID key = UUID.randomUUID();

    @BeforeEach
    void takeWhatOthersLeft() {
        here.take();
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Test
    void keepTheTimeOfEveryUseThoughTheyAreTakenMeanwhile() {
        int uses = 2_000;
        CompletableFuture<Void> counting = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < uses; i++) {
                here.count(key, new Use(1, NOON, "192.0.2.1"));
                here.addUp();
            }
        });
        long taken = 0;
        while (true) {
            boolean last = counting.isDone();
            Use use = there.take().get(key);
            if (use != null) {
                assertThat(use.count()).isPositive();
                assertThat(use.lastAt()).isEqualTo(NOON);
                assertThat(use.lastIp()).isEqualTo("192.0.2.1");
                taken += use.count();
            } else if (last) break;
        }
        counting.join();
        assertThat(taken).isEqualTo(uses);
    }

    @Test
    void addUpOverServicesToTheLastTimeAndItsAddress() {
        here.count(key, new Use(2, NOON, "192.0.2.1"));
        there.count(key, new Use(3, NOON.minusSeconds(1), "192.0.2.2"));
        here.addUp();
        there.addUp();
        assertThat(here.take()).containsEntry(key, new Use(5, NOON, "192.0.2.1"));
        assertThat(there.take()).doesNotContainKey(key);
    }

    @Test
    void forgetTheAddressWhenTheLastUseHasNone() {
        here.count(key, new Use(1, NOON, "192.0.2.1"));
        here.addUp();
        here.count(key, new Use(1, NOON.plusSeconds(1), null));
        here.addUp();
        assertThat(here.take()).containsEntry(key, new Use(2, NOON.plusSeconds(1), null));
    }

    @Test
    void keepApartHoweverManyKeysThereAre() {
        Map<UUID, Use> all = new HashMap<>();
        for (int i = 0; i < 600; i++)
            all.put(UUID.randomUUID(), new Use(i + 1, NOON.plusMillis(i), i % 2 == 0 ? null : "192.0.2." + i % 256));
        all.forEach(here::count);
        here.addUp();
        assertThat(there.take()).isEqualTo(all);
    }
}
