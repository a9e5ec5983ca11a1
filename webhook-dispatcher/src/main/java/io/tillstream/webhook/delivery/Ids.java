package io.tillstream.webhook.delivery;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** UUIDv7 of a given instant, ascending within a millisecond. The range of a day's ids is the day's partition. */
final class Ids {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicLong LAST = new AtomicLong();
    private static final int SEQUENCE_BITS = 12;
    /** A second. */
    private static final long MOST_BORROWED = 1_000L << SEQUENCE_BITS;

    private Ids() {}

    static UUID at(Instant instant) {
        long wanted = instant.toEpochMilli() << SEQUENCE_BITS;
        // the lower bits count; more than 4096 in a millisecond borrow from the next one
        long taken = LAST.updateAndGet(last -> last >= wanted && last - wanted < MOST_BORROWED ? last + 1 : wanted);
        long high = (taken >> SEQUENCE_BITS) << 16 | 0x7000L | (taken & 0xfff);
        return new UUID(high, 0x8000_0000_0000_0000L | (RANDOM.nextLong() >>> 2));
    }

    /** The smallest there can be; there are none of before 1970. */
    static UUID first(Instant instant) {
        return new UUID(Math.max(0, instant.toEpochMilli()) << 16, 0);
    }

    /** When it was made. */
    static Instant time(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }
}
