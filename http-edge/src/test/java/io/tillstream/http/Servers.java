package io.tillstream.http;

import io.tillstream.embedded.Ports;
import io.tillstream.http.text.Sha256;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import redis.embedded.RedisServer;

/** One PostgreSQL and one Redis for all tests of this module, and keys in the one. */
final class Servers {
    private static final Servers SHARED = new Servers();

    final EmbeddedPostgres postgres;
    final JdbcClient jdbc;
    final int redisPort;

    private Servers() {
        try {
            postgres = EmbeddedPostgres.builder()
                    .setPort(freePort())
                    .setPGStartupWait(Duration.ofSeconds(90))
                    .start();
            redisPort = freePort();
            RedisServer redis = redis(redisPort);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(redis)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Flyway.configure()
                .dataSource(postgres.getPostgresDatabase())
                .placeholders(Map.of(
                        "reader_user",
                        "tillstream_reader",
                        "reader_password",
                        "reader",
                        "webhooks_user",
                        "tillstream_webhooks",
                        "webhooks_password",
                        "webhooks"))
                .load()
                .migrate();
        jdbc = JdbcClient.create(postgres.getPostgresDatabase());
    }

    static Servers shared() {
        return SHARED;
    }

    /** None of those that the system gives out by itself: a server that is away comes back to it. */
    static int freePort() {
        return Ports.free();
    }

    static RedisServer redis(int port) throws IOException {
        RedisServer server = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        return server;
    }

    static void stop(RedisServer redis) {
        try {
            redis.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, Object> settings() {
        return Map.of(
                "tillstream.postgres.url",
                "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres",
                "tillstream.postgres.reader-password",
                "reader",
                "tillstream.master-key",
                Base64.getEncoder().encodeToString(new byte[32]),
                "tillstream.redis.uri",
                "redis://127.0.0.1:" + redisPort);
    }

    /** A new key, with what a test wants of it. */
    KeyBuilder key(String... scopes) {
        return new KeyBuilder(scopes);
    }

    /** Starts valid: live mode, unlimited, for ever. */
    final class KeyBuilder {
        private final UUID id = UUID.randomUUID();
        private final String[] scopes;
        private String mode = "live";
        private @Nullable Integer limit;
        private boolean active = true;
        private @Nullable Instant expiresAt;

        private KeyBuilder(String... scopes) {
            this.scopes = scopes;
        }

        KeyBuilder test() {
            mode = "test";
            return this;
        }

        KeyBuilder limit(int perMinute) {
            limit = perMinute;
            return this;
        }

        KeyBuilder inactive() {
            active = false;
            return this;
        }

        KeyBuilder expires(Instant at) {
            expiresAt = at;
            return this;
        }

        String make() {
            byte[] random = new byte[32];
            ThreadLocalRandom.current().nextBytes(random);
            String key = "sf_" + mode + "_" + HexFormat.of().formatHex(random);
            jdbc.sql("insert into credentials values (:id, :hash, 'CI', :mode, :scopes, :limit, :active, :expires,"
                            + " pg_current_xact_id())")
                    .param("id", id)
                    .param("hash", Sha256.hex(key))
                    .param("mode", mode)
                    .param("scopes", scopes)
                    .param("limit", limit)
                    .param("active", active)
                    .param("expires", expiresAt == null ? null : OffsetDateTime.ofInstant(expiresAt, ZoneOffset.UTC))
                    .update();
            return key;
        }
    }

    void change(String key, String assignment) {
        jdbc.sql("update credentials set " + assignment + ", changed = pg_current_xact_id() where hash = :hash")
                .param("hash", Sha256.hex(key))
                .update();
    }
}
