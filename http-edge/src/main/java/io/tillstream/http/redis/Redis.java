package io.tillstream.http.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redis, which may be away. Commands fail at once while there is no connection and after {@link #PATIENCE} while there is
 * no answer; after a failure nobody asks for {@link #REST}, and then one caller tries for all.
 */
public final class Redis implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Redis.class);
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration REST = Duration.ofMillis(500);
    private static final long NEVER = Long.MIN_VALUE;

    private final ClientResources resources;
    private final RedisClient client;
    private final RedisURI uri;
    private final AtomicBoolean connecting = new AtomicBoolean();
    private final AtomicLong restUntil = new AtomicLong(NEVER);
    private volatile @Nullable StatefulRedisConnection<String, byte[]> connection;

    public Redis(String uri) {
        resources = DefaultClientResources.builder()
                .reconnectDelay(Delay.constant(Duration.ofMillis(200)))
                .build();
        this.uri = RedisURI.create(uri);
        client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .socketOptions(SocketOptions.builder().connectTimeout(PATIENCE).build())
                .timeoutOptions(TimeoutOptions.enabled(PATIENCE))
                .build());
        // Worth a moment: else the first requests would be told that Redis is away. Without it the start goes on.
        try {
            connect().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("Redis can't be reached yet: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks Redis; the stage fails with {@link RedisAway} when it can't. Never blocks. */
    public <T> CompletionStage<T> ask(
            Function<RedisAsyncCommands<String, byte[]>, ? extends CompletionStage<T>> question) {
        long rest = restUntil.get();
        // whoever moves the end of the rest is the one who tries
        if (rest != NEVER
                && (System.nanoTime() - rest < 0
                        || !restUntil.compareAndSet(
                                rest, System.nanoTime() + PATIENCE.plus(REST).toNanos())))
            return CompletableFuture.failedFuture(new RedisAway(null));
        StatefulRedisConnection<String, byte[]> open = connection;
        if (open == null) {
            var _ = connect();
            rest();
            return CompletableFuture.failedFuture(new RedisAway(null));
        }
        CompletionStage<T> answer;
        try {
            answer = question.apply(open.async());
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.handle((value, failure) -> {
            if (failure == null) {
                if (restUntil.getAndSet(NEVER) != NEVER) log.info("Redis answers again");
                return value;
            }
            Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : failure;
            if (restUntil.get() == NEVER) log.warn("Redis is away: {}", cause.toString());
            rest();
            throw new RedisAway(cause);
        });
    }

    /** The same for those who may block. */
    public <T> T askAndWait(Function<RedisAsyncCommands<String, byte[]>, ? extends CompletionStage<T>> question) {
        try {
            return ask(question).toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RedisAway away ? away : new RedisAway(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisAway(e);
        }
    }

    private void rest() {
        restUntil.set(System.nanoTime() + REST.toNanos());
    }

    private CompletableFuture<?> connect() {
        if (!connecting.compareAndSet(false, true)) return CompletableFuture.completedFuture(null);
        return client.connectAsync(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), uri)
                .toCompletableFuture()
                .whenComplete((opened, failure) -> {
                    if (opened != null) connection = opened;
                    connecting.set(false);
                });
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        var _ = resources.shutdown();
    }
}
