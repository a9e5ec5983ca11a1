package io.tillstream.standalone;

import io.tillstream.embedded.EmbeddedServer;
import io.tillstream.embedded.KafkaServer;
import io.tillstream.embedded.MongoServer;
import io.tillstream.embedded.PostgresServer;
import io.tillstream.embedded.RedisServer;
import io.tillstream.embedded.ServerFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The four servers of a shop: its own ones, or those that it was pointed to. */
final class Backends implements AutoCloseable {
    static final String TOPIC = "tillstream.events";
    static final String DATABASE = "tillstream";

    /** Where to find servers that are not ours; null for ours. */
    record Given(
            @Nullable String postgres,
            @Nullable String kafka,
            @Nullable String mongodb,
            @Nullable String redis) {}

    /** Where all four are. */
    record Addresses(PostgresAddress postgres, String kafka, String mongodb, String redis) {
        @Override
        public String toString() {
            return "Addresses"; // they hold passwords
        }
    }

    private final DataFolder data;
    private final Console console;
    private final List<EmbeddedServer> own = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    Backends(DataFolder data, Console console) {
        this.data = data;
        this.console = console;
    }

    /** All at once: each one waits mostly for itself. */
    Addresses start(Given given) {
        PostgresAddress theirs = given.postgres() == null ? null : Reachable.postgres(given.postgres());
        if (given.kafka() != null) Reachable.kafka(given.kafka());
        if (given.mongodb() != null) Reachable.mongodb(given.mongodb());
        if (given.redis() != null) Reachable.redis(given.redis());

        CompletableFuture<PostgresAddress> postgres = theirs == null
                ? ownServer("postgres", port -> PostgresServer.start(data.folder("postgres"), port))
                        .thenApply(server -> new PostgresAddress(server.url(), server.user(), server.password()))
                : CompletableFuture.completedFuture(theirs);
        CompletableFuture<String> kafka = given.kafka() == null
                ? ownServer("kafka", port -> KafkaServer.start(data.folder("kafka"), port))
                        .thenApply(KafkaServer::bootstrap)
                : CompletableFuture.completedFuture(given.kafka());
        CompletableFuture<String> mongodb = given.mongodb() == null
                ? ownServer("mongodb", port -> MongoServer.start(data.folder("mongodb"), port))
                        .thenApply(MongoServer::uri)
                : CompletableFuture.completedFuture(given.mongodb());
        CompletableFuture<String> redis = given.redis() == null
                ? ownServer("redis", port -> RedisServer.start(data.folder("redis"), port))
                        .thenApply(RedisServer::uri)
                : CompletableFuture.completedFuture(given.redis());
        // All have come up or failed before one failure is told, so that whoever closes this finds those that came up.
        CompletableFuture<Void> all = CompletableFuture.allOf(postgres, kafka, mongodb, redis);
        try {
            all.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof ServerFailed failed) throw new CannotGoOn(String.valueOf(failed.getMessage()), failed);
            if (cause instanceof CannotGoOn known) throw known;
            throw e;
        }
        return new Addresses(postgres.join(), kafka.join(), mongodb.join(), redis.join());
    }

    private <S extends EmbeddedServer> CompletableFuture<S> ownServer(String key, IntFunction<S> start) {
        CompletableFuture<S> result = new CompletableFuture<>();
        Thread.ofPlatform().name("start-" + key).start(() -> {
            long begun = System.nanoTime();
            try {
                S server = start.apply(data.port(key));
                own.add(server);
                data.port(key, server.port());
                console.ready(server.name(), "127.0.0.1:" + server.port(), begun);
                result.complete(server);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** Starts those again that have died, and says so. */
    void heal() {
        for (EmbeddedServer server : own) {
            if (closed || server.running()) continue;
            console.say(server.name() + " has died; starting it again ...");
            long begun = System.nanoTime();
            try {
                server.start();
                console.ready(server.name(), "127.0.0.1:" + server.port(), begun);
            } catch (ServerFailed e) {
                console.say(server.name() + " doesn't start: " + e.getMessage());
            } catch (RuntimeException e) {
                // say, a full disk: thrown from here it would end the watch over all of them
                console.say(server.name() + " doesn't start: " + Reasons.innermost(e));
            }
        }
    }

    /** In the order in which they are written to: what feeds another ends before it. */
    @Override
    public void close() {
        closed = true;
        List<EmbeddedServer> ending = new ArrayList<>();
        own.stream().filter(KafkaServer.class::isInstance).forEach(ending::add);
        own.stream().filter(MongoServer.class::isInstance).forEach(ending::add);
        own.stream().filter(RedisServer.class::isInstance).forEach(ending::add);
        own.stream().filter(PostgresServer.class::isInstance).forEach(ending::add);
        for (EmbeddedServer server : ending) {
            try {
                server.stop();
            } catch (RuntimeException e) {
                console.say(server.name() + " didn't end in order: " + e.getMessage());
            }
        }
    }
}
