package io.tillstream.standalone;

import org.jspecify.annotations.Nullable;

/** Why a command ends with status 1; the message is the one line that its user sees. */
final class CannotGoOn extends RuntimeException {
    CannotGoOn(String message) {
        super(message);
    }

    CannotGoOn(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
