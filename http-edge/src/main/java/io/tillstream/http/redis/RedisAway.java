package io.tillstream.http.redis;

import org.jspecify.annotations.Nullable;

/** Redis can't be asked now. */
public final class RedisAway extends RuntimeException {
    RedisAway(@Nullable Throwable cause) {
        super("Redis is not available", cause, false, false);
    }
}
