package io.tillstream.standalone;

import io.tillstream.query.ReadModels;
import io.tillstream.store.MasterKey;
import io.tillstream.store.Sealing;
import io.tillstream.store.proof.TreeCheck;
import io.tillstream.store.proof.TreeCheck.NoSuchHead;
import io.tillstream.store.verify.Check;
import io.tillstream.store.verify.DerivedRowsCheck;
import io.tillstream.store.verify.Findings;
import io.tillstream.store.verify.SequencesCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** {@code ./tillstream verify}: holds the stores of a running shop against each other, in this process. */
final class VerifyCommand {
    static final Set<String> OPTIONS = Set.of("data", "heads", "from-head");

    private VerifyCommand() {}

    static int run(Arguments arguments, Path folder, Console console) {
        Path heads = headsFile(arguments);
        long fromHead = fromHead(arguments);
        try (Stores stores = RunningShop.on(folder).stores(arguments);
                ReadModels models = stores.readModels()) {
            List<Check> checks = checks(stores, models, heads, fromHead);
            int width = checks.stream()
                    .mapToInt(check -> check.name().length())
                    .max()
                    .orElse(1);
            long differences = 0;
            for (Check check : checks) differences += run(check, width, console);
            console.say(differences == 0 ? "All of it holds." : "Differences: " + differences);
            return differences == 0 ? 0 : 1;
        }
    }

    /** In the order in which they run: what later ones read is what earlier ones have checked. */
    private static List<Check> checks(Stores stores, ReadModels models, @Nullable Path heads, long fromHead) {
        DataSource reader = stores.get(DataSource.class);
        MasterKey master = stores.get(MasterKey.class);
        return List.of(
                new TreeCheck(reader, master, heads, fromHead),
                new SequencesCheck(reader),
                new DerivedRowsCheck(reader, stores.events(), new Sealing(stores.jdbc(), master)),
                models.check());
    }

    private static long run(Check check, int width, Console console) {
        Shown shown = new Shown(console, String.format(Locale.ROOT, "%-" + width + "s", check.name()));
        try {
            check.run(shown);
        } catch (NoSuchHead e) {
            throw new WrongUse(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotGoOn("Interrupted", e);
        } catch (IOException e) {
            throw new CannotGoOn("Can't read: " + Reasons.of(e), e);
        } catch (Exception e) {
            throw new CannotGoOn(
                    "The check of the " + check.name() + " didn't get to its end: " + Reasons.innermost(e), e);
        }
        shown.end();
        return shown.differences;
    }

    private static @Nullable Path headsFile(Arguments arguments) {
        String given = arguments.get("heads");
        if (given == null) return null;
        Path file = Path.of(given).toAbsolutePath();
        if (!Files.isRegularFile(file)) throw new WrongUse("There is no file " + file);
        return file;
    }

    private static long fromHead(Arguments arguments) {
        String given = arguments.get("from-head");
        if (given == null) return 0;
        if (!given.matches("[1-9][0-9]{0,17}")) throw new WrongUse("Not the size of a head: " + given);
        return Long.parseLong(given);
    }

    /** What a check tells, as the terminal shows it: a bar, and above it a line for each difference. */
    private static final class Shown implements Findings {
        private static final int MOST_LINES = 1_000;
        private static final Duration APART = Duration.ofMillis(200);

        private final ProgressBar bar;
        private final long started = System.nanoTime();
        private long shownAt = started;
        private String unit = "rows";
        private long total;
        private long done;
        private long differences;
        private String notes = "";

        Shown(Console console, String name) {
            this.bar = console.bar(name);
        }

        @Override
        public void expect(long total, String unit) {
            this.total = total;
            this.unit = unit;
        }

        @Override
        public void done(long more) {
            done += more;
            long now = System.nanoTime();
            if (now - shownAt < APART.toNanos()) return;
            shownAt = now;
            bar.show(done, total, unit, perSecond());
        }

        private long perSecond() {
            return (long) (done / (Math.max(1, System.nanoTime() - started) / 1e9));
        }

        @Override
        public void difference(String line) {
            if (differences++ < MOST_LINES) bar.line("DIFFERENCE  " + line);
            else if (differences == MOST_LINES + 1) bar.line("There are more; they are only counted from here on.");
        }

        @Override
        public void note(String line) {
            notes += "\n    " + line;
        }

        void end() {
            String checked = done == 0 ? "" : String.format(Locale.ROOT, "%,d %s, %,d/s: ", done, unit, perSecond());
            bar.end(checked
                    + (differences == 0 ? "holds" : differences == 1 ? "1 difference" : differences + " differences")
                    + notes);
        }
    }
}
