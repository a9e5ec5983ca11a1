package io.tillstream.query.platform;

import com.mongodb.event.ConnectionPoolClearedEvent;
import com.mongodb.event.ConnectionPoolListener;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts how often the read store went away. A store that comes back may have forgotten what it had acknowledged, and the
 * driver may hide that it was away by asking again.
 */
final class Interruptions implements ConnectionPoolListener {
    private final AtomicLong count = new AtomicLong();

    @Override
    public void connectionPoolCleared(ConnectionPoolClearedEvent event) {
        count.incrementAndGet();
    }

    long count() {
        return count.get();
    }
}
