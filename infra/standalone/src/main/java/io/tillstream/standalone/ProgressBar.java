package io.tillstream.standalone;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How far something long is: on a terminal one line that is drawn again, elsewhere a line every ten per cent or seconds. */
final class ProgressBar {
    private static final int CELLS = 24;
    private static final Duration APART = Duration.ofSeconds(10);

    private final PrintStream out;
    private final boolean terminal;
    private final String what;
    private int drawn;
    private long saidAt = System.nanoTime() - APART.toNanos();
    private long saidTenth = -1;

    ProgressBar(PrintStream out, boolean terminal, String what) {
        this.out = out;
        this.terminal = terminal;
        this.what = what;
    }

    /**
     * Shows where it is.
     *
     * @param unit what is counted, in the plural
     * @param perSecond null while that isn't known
     */
    void show(long done, long total, String unit, @Nullable Long perSecond) {
        String line = line(done, total, unit, perSecond);
        if (terminal) {
            draw(line);
            return;
        }
        long tenth = 10 * done / Math.max(1, total);
        if (tenth == saidTenth && System.nanoTime() - saidAt < APART.toNanos()) return;
        saidTenth = tenth;
        saidAt = System.nanoTime();
        out.println(line);
        out.flush();
    }

    /** A line of its own, above the bar. */
    void line(String text) {
        if (terminal) draw("");
        if (terminal) out.print('\r');
        out.println(text);
        out.flush();
    }

    /** The last line, which stays. */
    void end(String result) {
        line("  " + what + "  " + result);
    }

    private String line(long done, long total, String unit, @Nullable Long perSecond) {
        double part = total == 0 ? 0 : Math.min(1, (double) done / total);
        int full = (int) (part * CELLS);
        String bar = "#".repeat(full) + ".".repeat(CELLS - full);
        String line = String.format(
                Locale.ROOT, "  %s  [%s] %3d %%  %,d of %,d %s", what, bar, (int) (100 * part), done, total, unit);
        if (perSecond == null || perSecond == 0) return line;
        return line
                + String.format(
                        Locale.ROOT, ", %,d/s, %s left", perSecond, time(Math.ceilDiv(total - done, perSecond)));
    }

    private static String time(long seconds) {
        if (seconds < 60) return seconds + " s";
        if (seconds < 3_600) return seconds / 60 + " min " + seconds % 60 + " s";
        return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
    }

    private void draw(String line) {
        out.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
        out.flush();
        drawn = line.length();
    }
}
