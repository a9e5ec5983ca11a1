package io.tillstream.http;

import io.tillstream.http.access.Caller;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Is told of every request that a caller was known for, as its answer starts. Must not block. */
@FunctionalInterface
public interface RequestListener {
    void answered(Caller caller, String method, String path, int status, @Nullable String clientIp, Instant at);
}
