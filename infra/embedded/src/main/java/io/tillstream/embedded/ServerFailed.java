package io.tillstream.embedded;

import org.jspecify.annotations.Nullable;

/** An embedded server didn't do what it was told to; the message is one line for an operator. */
public final class ServerFailed extends RuntimeException {
    public ServerFailed(String message) {
        super(message);
    }

    public ServerFailed(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
