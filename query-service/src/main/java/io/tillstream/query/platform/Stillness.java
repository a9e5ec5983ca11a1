package io.tillstream.query.platform;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * For how long others have stood still, as seen from here: they raise a number for as long as they live. So nobody's clock
 * is compared with anybody else's. One thread at a time.
 */
final class Stillness<K> {
    private record Seen(long beat, long since) {}

    private final Map<K, Seen> seen = new HashMap<>();

    Duration stillFor(K who, long beat) {
        long now = System.nanoTime();
        Seen last = seen.get(who);
        if (last == null || last.beat() != beat) {
            last = new Seen(beat, now);
            seen.put(who, last);
        }
        return Duration.ofNanos(now - last.since());
    }
}
