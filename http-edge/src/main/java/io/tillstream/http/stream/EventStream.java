package io.tillstream.http.stream;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * An answer that goes on: {@code text/event-stream}. A handler returns one that has begun; {@link Streams} keeps it going until
 * the client leaves, its credential ends or the service stops. Asked by one thread at a time, and only when the client has
 * taken what came before.
 */
public interface EventStream {
    /** What the answer begins with. */
    default byte[] opening() {
        return comment("");
    }

    /** Whole messages, waited for at most so long; empty when there are none. Blocks; a failure may be followed by another call. */
    byte[] next(Duration atMost) throws InterruptedException;

    /** A message that only keeps the connection alive. */
    static byte[] comment(String text) {
        return (": " + text + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
