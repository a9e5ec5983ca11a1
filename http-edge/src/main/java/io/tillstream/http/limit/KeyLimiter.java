package io.tillstream.http.limit;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.micrometer.core.instrument.MeterRegistry;
import io.tillstream.http.limit.Windows.Window;
import io.tillstream.http.redis.Redis;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many requests a key has left in its window of 60 s, over all instances: a bucket in Redis that is filled again when
 * the window ends and forgotten then, so that the next window starts with its first request. While Redis is away each
 * instance goes on from what it last knew. A changed limit is another bucket, so it takes effect at once.
 */
public final class KeyLimiter {
    private static final Duration WINDOW = Duration.ofMillis(Windows.LENGTH_MS);
    private static final int MOST_PROXIES = 100_000;

    private record BucketId(UUID key, int limit) {
        String inRedis() {
            return "tillstream:limit:" + key + ":" + limit;
        }
    }

    private final MeterRegistry meters;
    private final Redis redis;
    private final Clock clock;
    private final Windows<UUID> local;
    private final Map<BucketId, AsyncBucketProxy> proxies = new ConcurrentHashMap<>();
    private volatile @Nullable AsyncProxyManager<String> manager;

    /** @param meters counts what passed and what didn't, and who judged: Redis, or this instance while Redis is away */
    public KeyLimiter(Redis redis, Clock clock, MeterRegistry meters) {
        this.meters = meters;
        this.redis = redis;
        this.clock = clock;
        this.local = new Windows<>(clock);
    }

    /** Counts one request of a key. Never fails, never blocks. */
    public CompletionStage<Window> spend(UUID key, int limit) {
        return redis.ask(ask -> bucket(new BucketId(key, limit), ask).tryConsumeAndReturnRemaining(1))
                .handle((probe, failure) -> {
                    if (failure != null || probe == null) return counted("instance", local.spend(key, limit));
                    Window window = window(probe, limit);
                    local.note(key, window);
                    return counted("redis", window);
                });
    }

    private Window counted(String judge, Window window) {
        meters.counter("tillstream.limiter", "judge", judge, "result", window.passed() ? "passed" : "refused")
                .increment();
        return window;
    }

    private Window window(ConsumptionProbe probe, int limit) {
        long left = Math.ceilDiv(probe.getNanosToWaitForReset(), 1_000_000);
        return new Window(limit, (int) probe.getRemainingTokens(), clock.millis() + left, probe.isConsumed());
    }

    private AsyncBucketProxy bucket(BucketId id, RedisAsyncCommands<String, byte[]> ask) {
        AsyncBucketProxy proxy = proxies.get(id);
        if (proxy != null) return proxy;
        if (proxies.size() > MOST_PROXIES) proxies.clear();
        // Parallel requests of one key on one instance go to Redis as one, instead of racing each other there.
        return proxies.computeIfAbsent(
                id,
                b -> manager(ask)
                        .builder()
                        .withOptimization(Optimizations.batching())
                        .build(b.inRedis(), () -> CompletableFuture.completedFuture(configuration(b.limit))));
    }

    private static BucketConfiguration configuration(int limit) {
        return BucketConfiguration.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(limit)
                        .refillIntervally(limit, WINDOW)
                        .build())
                .build();
    }

    private AsyncProxyManager<String> manager(RedisAsyncCommands<String, byte[]> ask) {
        AsyncProxyManager<String> made = manager;
        if (made == null) {
            made = Bucket4jLettuce.casBasedBuilder(ask)
                    .clientClock(new Meter(clock))
                    .expirationAfterWrite(
                            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(Duration.ZERO))
                    .build()
                    .asAsync();
            manager = made;
        }
        return made;
    }

    /** The injected clock as bucket4j reads it. */
    private record Meter(Clock clock) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return clock.millis() * 1_000_000;
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }
}
