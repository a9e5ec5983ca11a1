package io.tillstream.webhook.delivery;

import io.tillstream.http.body.Fields;
import java.time.Instant;

/** A time from one instant, if that is given, until just before another one. */
final class Span {
    private Span() {}

    /** Declares both ends. */
    static void declare(Fields body, String from, String to) {
        body.timestamp("from").nullIsAbsent().doc(from);
        body.timestamp("to").nullIsAbsent().doc(to);
        body.rule((values, errors, now) -> {
            Instant begin = values.instant("from");
            Instant end = values.instant("to");
            if (begin != null && end != null && !begin.isBefore(end)) errors.add("from", "must be before to");
        });
    }
}
