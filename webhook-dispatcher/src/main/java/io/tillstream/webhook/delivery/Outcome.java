package io.tillstream.webhook.delivery;

import io.tillstream.webhook.delivery.Exchange.Answered;
import io.tillstream.webhook.delivery.Exchange.Forbidden;
import io.tillstream.webhook.delivery.Exchange.NotSent;
import io.tillstream.webhook.delivery.Exchange.TimedOut;
import io.tillstream.webhook.delivery.Exchange.Unreachable;
import java.time.Instant;
import java.util.Optional;

/** What follows from an attempt. */
sealed interface Outcome {
    record Delivered() implements Outcome {}

    record WillRetry(Instant at) implements Outcome {}

    /**
     * No more attempts.
     *
     * @param gone whether the receiver said that it is gone for good
     */
    record GaveUp(boolean gone) implements Outcome {}

    /**
     * Decides, and does nothing.
     *
     * @param attempt its number, from 1
     * @param random from 0 to 1
     */
    static Outcome of(Exchange exchange, int attempt, int maxAttempts, Schedule schedule, Instant now, double random) {
        return switch (exchange) {
            case Answered answered when answered.accepted() -> new Delivered();
            case Answered answered when answered.status() == 410 -> new GaveUp(true);
            case Answered answered ->
                schedule.after(attempt, maxAttempts, answered.retryAfter(), random)
                        .<Outcome>map(wait -> new WillRetry(now.plus(wait)))
                        .orElse(new GaveUp(false));
            case TimedOut _, Unreachable _, Forbidden _, NotSent _ ->
                schedule.after(attempt, maxAttempts, Optional.empty(), random)
                        .<Outcome>map(wait -> new WillRetry(now.plus(wait)))
                        .orElse(new GaveUp(false));
        };
    }

    /** Whether the attempt met no working receiver, so that others wait a while. */
    static boolean unavailable(Exchange exchange) {
        return switch (exchange) {
            case Answered answered -> answered.status() >= 500 || answered.status() == 429;
            case TimedOut _, Unreachable _ -> true;
            case Forbidden _, NotSent _ -> false;
        };
    }
}
