package io.tillstream.http.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.GetExArgs;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.Request;
import io.tillstream.http.redis.Redis;
import io.tillstream.http.text.SafeText;
import io.tillstream.http.text.Sha256;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.springframework.http.ResponseCookie;

/**
 * Admin sessions. A token is 256 random bits in an HTTP-only cookie; Redis knows its hash. A session ends twelve hours after
 * its last request, and thirty days after its first. Without Redis there are none: everything here then fails with
 * {@link io.tillstream.http.redis.RedisAway}, which is answered 503.
 */
public final class Sessions {
    public static final String COOKIE = "tillstream_session";

    private static final Duration LIFE = Duration.ofHours(12);
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]", "::1");
    private static final int MAX_TOKEN = 100;

    /** An admin who is signed in. */
    public record Session(UUID adminId, String name, Instant createdAt) {}

    private final Redis redis;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    public Sessions(Redis redis, Clock clock) {
        this.redis = redis;
        this.clock = clock;
    }

    /** Starts a session and returns its token, for {@link #cookie}. Blocks. */
    public String create(UUID adminId, String name) {
        byte[] bits = new byte[32];
        random.nextBytes(bits);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        byte[] session = EventJson.STORED.writeValueAsBytes(new Session(adminId, name, clock.instant()));
        String hash = Sha256.hex(token);
        // the index first: a session that is in no index could not be ended with the others
        redis.askAndWait(ask -> ask.sadd(ofAdmin(adminId), hash.getBytes(UTF_8)));
        redis.askAndWait(ask -> ask.expire(ofAdmin(adminId), LONGEST));
        redis.askAndWait(ask -> ask.set(session(hash), session, SetArgs.Builder.ex(LIFE)));
        return token;
    }

    /** Ends one session. Blocks. */
    public void end(String token) {
        redis.askAndWait(ask -> ask.del(session(Sha256.hex(token))));
    }

    /** Ends every session of an admin, as after a change of the password. Blocks. */
    public void endAll(UUID adminId) {
        Set<byte[]> hashes = redis.askAndWait(ask -> ask.smembers(ofAdmin(adminId)));
        if (hashes.isEmpty()) return;
        String[] keys =
                hashes.stream().map(hash -> session(new String(hash, UTF_8))).toArray(String[]::new);
        redis.askAndWait(ask -> ask.del(keys));
        redis.askAndWait(ask -> ask.srem(ofAdmin(adminId), hashes.toArray(byte[][]::new)));
    }

    /** The session of a token, whose life starts anew; empty for an unknown or ended one. Never blocks. */
    public CompletionStage<Optional<Session>> find(String token) {
        return find(token, (ask, key) -> ask.getex(key, GetExArgs.Builder.ex(LIFE)));
    }

    /** As {@link #find}, but a look keeps no session alive. Never blocks. */
    public CompletionStage<Optional<Session>> look(String token) {
        return find(token, (ask, key) -> ask.get(key));
    }

    private CompletionStage<Optional<Session>> find(
            String token, BiFunction<RedisAsyncCommands<String, byte[]>, String, CompletionStage<byte[]>> read) {
        if (!SafeText.visibleAscii(token, MAX_TOKEN)) return CompletableFuture.completedFuture(Optional.empty());
        String key = session(Sha256.hex(token));
        return redis.ask(ask -> read.apply(ask, key))
                .thenApply(found -> Optional.ofNullable(found)
                        .map(json -> EventJson.STORED.readValue(json, Session.class))
                        .filter(session ->
                                clock.instant().isBefore(session.createdAt().plus(LONGEST))));
    }

    /** The cookie that signs in, as a {@code Set-Cookie} value. */
    public String cookie(String token, Request request) {
        return cookie(token, request, LIFE);
    }

    /** The cookie that signs out. */
    public String removal(Request request) {
        return cookie("", request, Duration.ZERO);
    }

    private static String cookie(String value, Request request, Duration life) {
        return ResponseCookie.from(COOKIE, value)
                .httpOnly(true)
                .sameSite("Lax")
                .secure(!LOCAL.contains(request.host()))
                .path("/")
                .maxAge(life)
                .build()
                .toString();
    }

    private static String session(String hash) {
        return "tillstream:session:" + hash;
    }

    private static String ofAdmin(UUID adminId) {
        return "tillstream:sessions-of:" + adminId;
    }
}
