package io.tillstream.http.error;

import java.util.List;
import java.util.Map;

/** The edge says no before any decision: a request that is malformed, not allowed or too much. */
public final class Invalid extends RuntimeException {
    private final ErrorCode code;
    private final transient Map<String, List<String>> details;

    public Invalid(ErrorCode code, String message) {
        this(code, message, Map.of());
    }

    /** @param details what is wrong, keyed by field; empty for none */
    public Invalid(ErrorCode code, String message, Map<String, List<String>> details) {
        super(message, null, false, false);
        this.code = code;
        this.details = Map.copyOf(details);
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, List<String>> details() {
        return details;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
