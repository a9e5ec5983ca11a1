package io.tillstream.http.limit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.ScriptOutputType;
import io.micrometer.core.instrument.MeterRegistry;
import io.tillstream.http.limit.Windows.Window;
import io.tillstream.http.redis.Redis;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * How many requests a key has left in its window of 60 s, over all instances: a count in Redis that is forgotten when the
 * window ends, so that the next window starts with its first request. While Redis is away each instance goes on from what
 * it last knew. A changed limit is another count, so it takes effect at once.
 */
public final class KeyLimiter {
    /** In one step and one round trip. The window ends by the instances' clock; Redis's own only clears up. */
    private static final String SPEND = """
            local now, length = tonumber(ARGV[1]), tonumber(ARGV[2])
            local ends = tonumber(redis.call('HGET', KEYS[1], 'ends') or 0)
            if ends <= now then
              ends = now + length
              redis.call('HSET', KEYS[1], 'ends', ends, 'spent', 0)
              redis.call('PEXPIRE', KEYS[1], length)
            end
            return {redis.call('HINCRBY', KEYS[1], 'spent', 1), ends}
            """;

    private static final byte[] LENGTH = number(Windows.LENGTH_MS);

    private final MeterRegistry meters;
    private final Redis redis;
    private final Clock clock;
    private final Windows<UUID> local;

    /** @param meters counts what passed and what didn't, and who judged: Redis, or this instance while Redis is away */
    public KeyLimiter(Redis redis, Clock clock, MeterRegistry meters) {
        this.meters = meters;
        this.redis = redis;
        this.clock = clock;
        this.local = new Windows<>(clock);
    }

    /** Counts one request of a key. Never fails, never blocks. */
    public CompletionStage<Window> spend(UUID key, int limit) {
        String[] window = {"tillstream:window:" + key + ":" + limit};
        return redis.ask(ask ->
                        ask.<List<Long>>eval(SPEND, ScriptOutputType.MULTI, window, number(clock.millis()), LENGTH))
                .handle((answer, failure) -> {
                    if (failure != null || answer == null) return counted("instance", local.spend(key, limit));
                    long spent = answer.getFirst();
                    Window known =
                            new Window(limit, (int) Math.max(0, limit - spent), answer.getLast(), spent <= limit);
                    local.note(key, known);
                    return counted("redis", known);
                });
    }

    private Window counted(String judge, Window window) {
        meters.counter("tillstream.limiter", "judge", judge, "result", window.passed() ? "passed" : "refused")
                .increment();
        return window;
    }

    private static byte[] number(long value) {
        return Long.toString(value).getBytes(UTF_8);
    }
}
