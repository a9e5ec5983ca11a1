package io.tillstream.http.consistency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How far some reads are. A service that answers reads has one as a bean; one process may have several. */
public interface ReadModel {
    /** Which paths are read from it; of several the longest prefix counts. */
    default String prefix() {
        return "/";
    }

    /** The position of the last event that reads show. */
    long position();

    /** Equal for as long as every read shows the same; null where that can't be told. */
    default @Nullable Object shown() {
        return null;
    }

    /** Waits until reads show this position, at most so long; whether they do. Blocks. */
    boolean await(long position, Duration atMost) throws InterruptedException;

    /** Whether the read side lags by more than anybody should wait for: then nobody does. */
    boolean degraded();
}
