package io.tillstream.standalone;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** What a person at the terminal sees: plain lines, whole ones, from whatever thread. */
final class Console {
    private final PrintStream out;

    Console(PrintStream out) {
        this.out = out;
    }

    synchronized void say(String line) {
        out.println(line);
        out.flush();
    }

    /** To be used alone until it ends. */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 took that back: it is null where there is no terminal
    ProgressBar bar(String what) {
        java.io.Console terminal = System.console();
        return new ProgressBar(out, terminal != null && terminal.isTerminal(), what);
    }

    void ready(String what, String where, long startedNanos) {
        double seconds = Duration.ofNanos(System.nanoTime() - startedNanos).toMillis() / 1000.0;
        say(String.format(Locale.ROOT, "  %-26s ready on %s (%.1f s)", what, where, seconds));
    }
}
