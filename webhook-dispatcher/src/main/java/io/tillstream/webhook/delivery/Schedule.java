package io.tillstream.webhook.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** When a failed delivery is tried again: a pure function of the attempt's number. */
record Schedule(List<Duration> waits) {
    /** Waits differ by up to this part, so that what failed together isn't tried again together. */
    private static final double JITTER = 0.1;

    private static final Duration LONGEST = Duration.ofHours(24);

    int maxAttempts() {
        return waits.size() + 1;
    }

    /**
     * How long to wait after a failed attempt; nothing when that was the last.
     *
     * @param attempt from 1
     * @param asked what the receiver asked for
     * @param random from 0 to 1
     */
    Optional<Duration> after(int attempt, int maxAttempts, Optional<Duration> asked, double random) {
        if (attempt >= maxAttempts || attempt > waits.size()) return Optional.empty();
        Duration wait = waits.get(attempt - 1);
        Duration jittered = wait.plus(Duration.ofMillis((long) (wait.toMillis() * JITTER * (2 * random - 1))));
        Duration bounded =
                asked.filter(longer -> longer.compareTo(jittered) > 0).orElse(jittered);
        return Optional.of(bounded.compareTo(LONGEST.multipliedBy(2)) > 0 ? LONGEST : bounded);
    }
}
