package io.tillstream.standalone;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** What went wrong, in one line for an operator. */
final class Reasons {
    private Reasons() {}

    static String of(IOException e) {
        if (e instanceof AccessDeniedException) return "access denied";
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason == null ? e.toString() : line(reason);
    }

    /** Of the innermost cause that says something. */
    static String innermost(Throwable failure) {
        String reason = failure.toString();
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && !message.isBlank()) reason = message;
        }
        return line(reason);
    }

    private static String line(String text) {
        return text.strip().lines().findFirst().orElse("").strip();
    }
}
