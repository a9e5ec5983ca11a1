package io.tillstream.http.session;

import io.tillstream.http.error.Invalid;
import io.tillstream.http.redis.Redis;
import io.tillstream.http.text.Sha256;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The brake on guessing passwords: ten failed attempts in 15 minutes, per address and per e-mail, over all instances. An
 * attempt counts from its start, so that parallel ones don't slip through; success takes it back. Blocks; fails when Redis
 * is away, as then nobody can sign in anyway.
 */
public final class LoginThrottle {
    private static final int MOST = 10;
    private static final Duration WINDOW = Duration.ofMinutes(15);

    private final Redis redis;

    public LoginThrottle(Redis redis) {
        this.redis = redis;
    }

    /** Counts an attempt; 429 with {@code Retry-After} when there were too many. */
    public void attempt(@Nullable String clientIp, String email) {
        for (String key : keys(clientIp, email)) {
            long attempts = redis.askAndWait(ask -> ask.incr(key));
            // also when an earlier instance died between the two commands
            long left = attempts == 1 ? -1 : redis.askAndWait(ask -> ask.ttl(key));
            if (left < 0) redis.askAndWait(ask -> ask.expire(key, WINDOW));
            if (attempts > MOST)
                throw Invalid.tooMany("Too many failed logins, try again later", left < 0 ? WINDOW.toSeconds() : left);
        }
    }

    /** The attempt that was counted last was right: it takes back its count, and forgets what failed for this e-mail. */
    public void succeeded(@Nullable String clientIp, String email) {
        List<String> keys = keys(clientIp, email);
        redis.askAndWait(ask -> ask.del(keys.getLast()));
        if (keys.size() > 1) redis.askAndWait(ask -> ask.decr(keys.getFirst()));
    }

    private static List<String> keys(@Nullable String clientIp, String email) {
        String byEmail = "tillstream:login:email:" + Sha256.hex(email.strip().toLowerCase(Locale.ROOT));
        return clientIp == null ? List.of(byEmail) : List.of("tillstream:login:ip:" + clientIp, byEmail);
    }
}
