package io.tillstream.http.usage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.ScriptOutputType;
import io.tillstream.http.RequestListener;
import io.tillstream.http.access.Caller;
import io.tillstream.http.redis.Redis;
import io.tillstream.http.redis.RedisAway;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The uses of API keys that nobody has taken yet. */
public final class KeyUses implements RequestListener, AutoCloseable {
    private static final String HASH = "tillstream:key-uses";
    /** In one step: whoever takes in between would have uses without a time. Of several services' times the last one stays. */
    private static final String ADD = """
            for i = 1, #ARGV, 4 do
              local key = ARGV[i]
              redis.call('HINCRBY', KEYS[1], key..'/count', ARGV[i + 1])
              if tonumber(ARGV[i + 2]) >= tonumber(redis.call('HGET', KEYS[1], key..'/at') or 0) then
                redis.call('HSET', KEYS[1], key..'/at', ARGV[i + 2])
                if ARGV[i + 3] ~= '' then redis.call('HSET', KEYS[1], key..'/ip', ARGV[i + 3])
                else redis.call('HDEL', KEYS[1], key..'/ip') end
              end
            end
            return #ARGV
            """;

    /** Keys in one step, during which Redis does nothing else. */
    private static final int TOGETHER = 256;

    private static final String TAKE =
            "local all = redis.call('HGETALL', KEYS[1]) redis.call('DEL', KEYS[1]) return all";
    private static final String COUNT = "/count";
    private static final String AT = "/at";
    private static final String IP = "/ip";

    /**
     * Uses of one key.
     *
     * @param lastIp null when the client's address isn't known
     */
    public record Use(long count, Instant lastAt, @Nullable String lastIp) {
        Use and(Use more) {
            boolean later = more.lastAt.isAfter(lastAt);
            return new Use(count + more.count, later ? more.lastAt : lastAt, later ? more.lastIp : lastIp);
        }
    }

    private final Redis redis;
    private final Map<UUID, Use> uses = new ConcurrentHashMap<>();
    private final ScheduledExecutorService everySecond = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("key-uses").daemon().factory());

    public KeyUses(Redis redis) {
        this.redis = redis;
    }

    public void start() {
        var _ = everySecond.scheduleWithFixedDelay(this::addUp, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void answered(Caller caller, String method, String path, int status, @Nullable String clientIp, Instant at) {
        switch (caller.kind()) {
            case API_KEY -> count(caller.id(), new Use(1, at, clientIp));
            case SESSION -> {}
        }
    }

    /** Counts uses, also those that somebody took and couldn't keep. */
    public void count(UUID key, Use use) {
        uses.merge(key, use, Use::and);
    }

    /** Sends what was counted here to where all services' uses add up; while Redis is away it stays here. */
    public void addUp() {
        List<UUID> keys = List.copyOf(uses.keySet());
        for (int from = 0; from < keys.size(); from += TOGETHER) {
            Map<UUID, Use> some = new LinkedHashMap<>();
            for (UUID key : keys.subList(from, Math.min(keys.size(), from + TOGETHER))) {
                Use use = uses.remove(key);
                if (use != null) some.put(key, use);
            }
            try {
                redis.askAndWait(
                        ask -> ask.<Long>eval(ADD, ScriptOutputType.INTEGER, new String[] {HASH}, arguments(some)));
            } catch (RedisAway e) {
                some.forEach(this::count);
                return;
            }
        }
    }

    private static byte[][] arguments(Map<UUID, Use> uses) {
        return uses.entrySet().stream()
                .flatMap(one -> Stream.of(
                        one.getKey().toString(),
                        Long.toString(one.getValue().count()),
                        Long.toString(one.getValue().lastAt().toEpochMilli()),
                        Objects.requireNonNullElse(one.getValue().lastIp(), "")))
                .map(argument -> argument.getBytes(UTF_8))
                .toArray(byte[][]::new);
    }

    /** Takes all services' uses away, each to be had once; empty while Redis is away. */
    public Map<UUID, Use> take() {
        List<byte[]> all;
        try {
            all = redis.askAndWait(ask -> ask.<List<byte[]>>eval(TAKE, ScriptOutputType.MULTI, HASH));
        } catch (RedisAway e) {
            return Map.of();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i + 1 < all.size(); i += 2)
            values.put(new String(all.get(i), UTF_8), new String(all.get(i + 1), UTF_8));
        Map<UUID, Use> taken = new HashMap<>();
        values.forEach((field, value) -> {
            UUID key = UUID.fromString(field.substring(0, field.indexOf('/')));
            taken.computeIfAbsent(
                    key,
                    known -> new Use(
                            Long.parseLong(values.getOrDefault(known + COUNT, "0")),
                            Instant.ofEpochMilli(Long.parseLong(values.getOrDefault(known + AT, "0"))),
                            values.get(known + IP)));
        });
        return taken;
    }

    @Override
    public void close() {
        everySecond.shutdownNow();
        addUp();
    }
}
