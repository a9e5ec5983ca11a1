package io.tillstream.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Counts how often PostgreSQL is waited for. A round trip ends with a "Sync", which the driver tells in its trace. */
public final class RoundTrips {
    private static final Logger DRIVER = Logger.getLogger("org.postgresql.core.v3.QueryExecutorImpl");

    private RoundTrips() {}

    /** Of what is done on this thread. */
    public static int of(Runnable step) {
        AtomicInteger count = new AtomicInteger();
        long thread = Thread.currentThread().threadId();
        Handler counting = new Handler() {
            @Override
            public void publish(LogRecord line) {
                if (line.getLongThreadID() == thread && line.getMessage().contains("FE=> Sync"))
                    count.incrementAndGet();
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        DRIVER.addHandler(counting);
        DRIVER.setLevel(Level.FINEST);
        try {
            step.run();
        } finally {
            DRIVER.setLevel(null);
            DRIVER.removeHandler(counting);
        }
        return count.get();
    }
}
