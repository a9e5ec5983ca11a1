package io.tillstream.http.consistency;

import java.time.Duration;

/** How far the read side is. The service that answers reads has one as a bean. */
public interface ReadModel {
    /** The position of the last event that reads show. */
    long position();

    /** Waits until reads show this position, at most so long; whether they do. Blocks. */
    boolean await(long position, Duration atMost) throws InterruptedException;

    /** Whether the read side lags by more than anybody should wait for: then nobody does. */
    boolean degraded();
}
