package io.tillstream.http.consistency;

import io.lettuce.core.ZAddArgs;
import io.tillstream.http.access.Caller;
import io.tillstream.http.redis.Redis;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The last position each credential wrote, remembered for some seconds: longer than its reads would wait for it. Kept in
 * memory, and in Redis for the other instances; while Redis is away, an instance knows its own writes only.
 */
public final class OwnWrites {
    /** What a caller has that wrote nothing lately. */
    public static final long NONE = -1;

    private static final Duration MEMORY = Duration.ofSeconds(10);
    private static final byte[] MEMBER = {'p'};

    private record Write(long position, long until) {}

    private final Redis redis;
    private final Clock clock;
    private final boolean shared;
    private final Map<UUID, Write> last = new ConcurrentHashMap<>();
    private final AtomicLong nextSweep = new AtomicLong();

    public OwnWrites(Redis redis, Clock clock, boolean shared) {
        this.redis = redis;
        this.clock = clock;
        this.shared = shared;
    }

    /** Notes a write. The stage completes, never with a failure, when other instances know too. Never blocks. */
    public CompletionStage<Void> wrote(Caller caller, long position) {
        long now = clock.millis();
        Write write = new Write(position, now + MEMORY.toMillis());
        last.merge(caller.id(), write, (a, b) -> new Write(Math.max(a.position, b.position), b.until));
        sweep(now);
        if (!shared) return CompletableFuture.completedFuture(null);
        String key = key(caller.id());
        return redis.ask(ask -> {
                    // a write that overtook another must not lower the position
                    var noted = ask.zadd(key, ZAddArgs.Builder.gt(), (double) position, MEMBER);
                    return ask.expire(key, MEMORY).thenCombine(noted, (a, b) -> b);
                })
                .handle((done, failure) -> null);
    }

    /** The position a caller's reads must show, {@link #NONE} if any will do. Never fails, never blocks. */
    public CompletionStage<Long> lastOf(Caller caller) {
        long here = here(caller);
        if (!shared) return CompletableFuture.completedFuture(here);
        return redis.ask(ask -> ask.zscore(key(caller.id()), MEMBER))
                .handle((score, failure) -> score == null ? here : Math.max(here, score.longValue()));
    }

    private long here(Caller caller) {
        Write write = last.get(caller.id());
        return write == null || write.until < clock.millis() ? NONE : write.position;
    }

    private void sweep(long now) {
        long due = nextSweep.get();
        if (now < due || !nextSweep.compareAndSet(due, now + MEMORY.toMillis())) return;
        last.values().removeIf(write -> write.until < now);
    }

    private static String key(UUID id) {
        return "tillstream:wrote:" + id;
    }
}
