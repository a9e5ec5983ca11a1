package io.tillstream.events.derived;

import io.tillstream.events.Mode;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the edge of every service needs to know of an API key.
 *
 * @param hash SHA-256 of the whole key, lower-case hex
 * @param name the key's name, for messages and audit
 * @param mode the data it acts on
 * @param scopes concrete scopes, never {@code *}
 * @param limitPerMinute requests per minute, null for none
 * @param active whether it authenticates at all
 * @param expiresAt exclusive end, null for never: its own expiry or the end of a rotation's grace period, what is earlier
 */
public record Credential(
        String hash,
        String name,
        Mode mode,
        Set<String> scopes,
        @Nullable Integer limitPerMinute,
        boolean active,
        @Nullable Instant expiresAt) {}
