package io.tillstream.http.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tillstream.events.derived.Credential;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.limit.Windows;
import io.tillstream.http.text.Sha256;
import io.tillstream.store.Credentials;
import io.tillstream.store.Credentials.Known;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Authenticates API keys: by their hash, in memory; one that isn't there is looked up in the table before it is refused.
 * An address that keeps guessing is told to wait, so that the table isn't asked for every guess.
 */
public final class Keys implements AutoCloseable {
    private static final int LENGTH = 72;
    private static final String BEARER = "Bearer ";
    private static final int GUESSES_PER_MINUTE = 60;

    private record Made(Known known, Caller caller) {}

    private final Credentials credentials;
    private final Clock clock;
    private final Windows<String> guesses;
    private final Map<String, Made> callers = new ConcurrentHashMap<>();
    private final Scheduler lookUps = Schedulers.newBoundedElastic(2, 1_000, "key-look-up");

    public Keys(Credentials credentials, Clock clock) {
        this.credentials = credentials;
        this.clock = clock;
        this.guesses = new Windows<>(clock);
    }

    /** The key that a request brings, null for none; contract: conventions §3, key extraction. */
    public static @Nullable String in(@Nullable String authorization, @Nullable String apiKeyHeader) {
        if (authorization != null) {
            String bare = authorization.startsWith(BEARER) ? authorization.substring(BEARER.length()) : authorization;
            if (wellFormed(bare)) return bare;
        }
        return apiKeyHeader == null || apiKeyHeader.isEmpty() ? null : apiKeyHeader;
    }

    private static boolean wellFormed(String key) {
        return key.length() == LENGTH && (key.startsWith("sf_live_") || key.startsWith("sf_test_"));
    }

    /** Who a key is; fails with 401 when it is nobody's, or may not be used any more. Never blocks. */
    public Mono<Caller> authenticate(String key, @Nullable String clientIp) {
        String hash = Sha256.hex(key);
        Known known = credentials.find(hash);
        if (known != null) return caller(hash, known);
        if (!wellFormed(key)) return Mono.error(unknown());
        String guesser = clientIp == null ? "" : clientIp;
        Windows.Window window = guesses.spend(guesser, GUESSES_PER_MINUTE);
        if (!window.passed())
            return Mono.error(Invalid.tooMany(
                    "Too many attempts with unknown API keys, try again later", window.secondsLeft(clock.millis())));
        return Mono.fromCallable(() -> credentials.lookUp(hash))
                .subscribeOn(lookUps)
                .flatMap(found -> {
                    if (found.isEmpty()) return Mono.error(unknown());
                    guesses.giveBack(guesser);
                    return caller(hash, found.get());
                });
    }

    @SuppressWarnings("ReferenceEquality") // a changed credential is another object: that is what is asked
    private Mono<Caller> caller(String hash, Known known) {
        Credential credential = known.credential();
        if (!MessageDigest.isEqual(hash.getBytes(US_ASCII), credential.hash().getBytes(US_ASCII)))
            return Mono.error(unknown());
        if (!credential.active()) return Mono.error(unusable("API key is revoked or inactive"));
        Instant expiresAt = credential.expiresAt();
        if (expiresAt != null && !clock.instant().isBefore(expiresAt))
            return Mono.error(unusable("API key has expired"));
        Made made = callers.get(hash);
        if (made == null || made.known != known) {
            made = new Made(known, callerOf(known));
            callers.put(hash, made);
        }
        return Mono.just(made.caller);
    }

    private static Caller callerOf(Known known) {
        Credential credential = known.credential();
        return new Caller(
                Caller.Kind.API_KEY,
                known.id(),
                credential.name(),
                credential.mode(),
                Scope.granted(credential.scopes()),
                credential.limitPerMinute());
    }

    private static Invalid unknown() {
        return unusable("Invalid API key");
    }

    private static Invalid unusable(String message) {
        return new Invalid(ErrorCode.INVALID_TOKEN, message);
    }

    @Override
    public void close() {
        lookUps.dispose();
    }
}
