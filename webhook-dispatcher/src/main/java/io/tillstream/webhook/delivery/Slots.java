package io.tillstream.webhook.delivery;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint with a rate may be sent at an instant.
 *
 * @param free how many deliveries
 * @param first when the first of them could have been sent
 * @param spacing from one to the next
 */
record Slots(int free, Instant first, Duration spacing) {
    /** A slot that nobody came by for is still good for so long: the queue isn't looked at all the time. */
    private static final Duration KEPT = Duration.ofMillis(300);

    /** No clock is more ahead of another one. */
    private static final Duration APART = Duration.ofSeconds(15);

    /**
     * After a pause they begin anew, so that an idle endpoint saves none up. So they do where the next one is further away than it can
     * be: by a clock that was wrong, or by a slower rate that there was.
     */
    static Slots at(Instant now, @Nullable Instant next, Duration spacing) {
        Instant first = next == null
                        || next.isBefore(now.minus(KEPT))
                        || next.isAfter(now.plus(spacing).plus(APART))
                ? now
                : next;
        int free =
                first.isAfter(now) ? 0 : 1 + (int) Duration.between(first, now).dividedBy(spacing);
        return new Slots(free, first, spacing);
    }

    /** The next slot once some are spent. */
    Instant after(long spent) {
        return first.plus(spacing.multipliedBy(spent));
    }
}
