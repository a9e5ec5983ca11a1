package io.tillstream.http.error;

import io.tillstream.http.access.Scope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The edge says no before any decision: a request that is malformed, not allowed or too much. */
public final class Invalid extends RuntimeException {
    private final ErrorCode code;
    private final transient Map<String, List<String>> details;
    private final @Nullable Long retryAfter;

    public Invalid(ErrorCode code, String message) {
        this(code, message, Map.of());
    }

    /**
     * What is wrong, field by field.
     *
     * @param details keyed by field; empty for none
     */
    public Invalid(ErrorCode code, String message, Map<String, List<String>> details) {
        this(code, message, details, null);
    }

    private Invalid(ErrorCode code, String message, Map<String, List<String>> details, @Nullable Long retryAfter) {
        super(message, null, false, false);
        this.code = code;
        this.details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
        this.retryAfter = retryAfter;
    }

    /** 429: too much, come back after so many seconds. */
    public static Invalid tooMany(String message, long retryAfterSeconds) {
        return new Invalid(ErrorCode.RATE_LIMITED, message, Map.of(), Math.max(1, retryAfterSeconds));
    }

    /** 403: the key may not do this. */
    public static Invalid lacks(Scope scope) {
        return new Invalid(ErrorCode.FORBIDDEN, "This API key lacks the permission " + scope.wire());
    }

    /** 503: what this needs isn't there yet, come back after so many seconds. */
    public static Invalid unavailable(String message, long retryAfterSeconds) {
        return new Invalid(ErrorCode.SERVICE_UNAVAILABLE, message, Map.of(), Math.max(1, retryAfterSeconds));
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, List<String>> details() {
        return details;
    }

    /** Seconds, null for none. */
    public @Nullable Long retryAfter() {
        return retryAfter;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
