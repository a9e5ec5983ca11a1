package io.tillstream.http.time;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.text.Rfc3339;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When a resource is to be shown: a handler that takes one understands {@code ?as_of=} and {@code ?as_of_sequence=}. */
public sealed interface AsOf {
    /** Query parameters. */
    String INSTANT = "as_of";

    String SEQUENCE = "as_of_sequence";

    AsOf NOW = new Now();

    /** As it is. */
    record Now() implements AsOf {}

    /** As it was at an instant, which may have been just now. */
    record At(Instant instant) implements AsOf {}

    /** As an event of its own left it. */
    record Version(long sequence) implements AsOf {}

    /** Whether a query asks for the past. */
    static boolean asked(Map<String, List<String>> query) {
        return query.containsKey(INSTANT) || query.containsKey(SEQUENCE);
    }

    /** What a query asks for; 400 when it is malformed, in the future or both. */
    static AsOf of(Map<String, List<String>> query, Instant now) {
        String instant = first(query, INSTANT);
        String sequence = first(query, SEQUENCE);
        if (instant != null && sequence != null) throw invalid(INSTANT, "must not be sent together with " + SEQUENCE);
        if (instant != null) return new At(past(instant, now));
        return sequence == null ? NOW : new Version(number(sequence));
    }

    /** 400: what was sent as one of the two parameters won't do. */
    static Invalid invalid(String name, String phrase) {
        return new Invalid(
                ErrorCode.INVALID_INPUT,
                "Invalid " + name + ": it " + phrase,
                Map.of(name, List.of(name + " " + phrase)));
    }

    private static Instant past(String sent, Instant now) {
        Instant instant = Rfc3339.parse(sent)
                .orElseThrow(
                        () -> invalid(
                                INSTANT,
                                "must be an RFC 3339 timestamp, such as 2026-03-06T09:29:43.378Z (a + of its offset sent as %2B)"));
        if (instant.isAfter(now)) throw invalid(INSTANT, "must not be in the future");
        return instant;
    }

    private static long number(String sent) {
        if (sent.isEmpty() || sent.length() > 18 || !sent.chars().allMatch(c -> c >= '0' && c <= '9'))
            throw invalid(SEQUENCE, "must be a whole number from 0");
        return Long.parseLong(sent);
    }

    private static @Nullable String first(Map<String, List<String>> query, String name) {
        List<String> values = query.get(name);
        return values == null ? null : values.getFirst();
    }
}
