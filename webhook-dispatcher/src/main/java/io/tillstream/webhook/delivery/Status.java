package io.tillstream.webhook.delivery;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Where a delivery is. contract: webhooks-api §4, with decision 34 */
enum Status {
    /** Stored; not attempted yet. */
    PENDING,
    /** Its endpoint was suspended; it is sent when that is enabled again. */
    HELD,
    /** Attempted, and to be attempted again. */
    PENDING_RETRY,
    SUCCESS,
    /** Given up. */
    PERMANENTLY_FAILED,
    /** Given up, and sent again by a delivery of its own. */
    RETRIED,
    ARCHIVED;

    private static final String ALL = "all";
    private static final String ALL_FAILED = "all_failed";
    /** The reference's word for what is given up without retries; nothing here is. */
    private static final String FAILED = "failed";

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Status of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }

    /** The words that a filter means; empty for all. */
    static List<String> filtered(String filter) {
        if (filter.equals(ALL)) return List.of();
        if (filter.equals(ALL_FAILED)) return List.of(PENDING_RETRY.wire(), PERMANENTLY_FAILED.wire());
        if (filter.equals(FAILED)) return List.of(FAILED);
        for (Status status : values()) if (status.wire().equals(filter)) return List.of(filter);
        String known = Arrays.stream(values()).map(Status::wire).collect(Collectors.joining(", "));
        String wrong = "status must be one of: " + String.join(", ", ALL, ALL_FAILED, FAILED, known);
        throw new Invalid(ErrorCode.INVALID_INPUT, "Invalid " + wrong, Map.of("status", List.of(wrong)));
    }
}
