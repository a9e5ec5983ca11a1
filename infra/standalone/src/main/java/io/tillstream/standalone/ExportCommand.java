package io.tillstream.standalone;

import io.tillstream.events.Mode;
import io.tillstream.store.Appended;
import io.tillstream.store.CloudEvents;
import io.tillstream.store.CloudEvents.Line;
import io.tillstream.store.EventFilter;
import io.tillstream.store.EventPages;
import io.tillstream.store.EventRun;
import io.tillstream.store.Horizon;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/** {@code ./tillstream export}: history as lines of JSON, as the feed shows it, from the store itself. */
final class ExportCommand {
    static final Set<String> OPTIONS = Stream.concat(
                    Stream.of("data", "out", "mode", "after"),
                    EventFilter.NAMES.stream().map(ExportCommand::option))
            .collect(Collectors.toUnmodifiableSet());

    private static final int RUN = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final byte[] NEW_LINE = {'\n'};

    private final EventPages pages;
    private final Horizon horizon;
    private final CloudEvents events;
    private final EventFilter filter;
    private final long after;

    /** What was written. */
    record Done(long events, long unreadable, long upTo) {}

    /** Is told how far it is. */
    @FunctionalInterface
    interface Progress {
        void at(long events, long position, long last);
    }

    ExportCommand(Stores stores, EventFilter filter, long after) {
        this.pages = new EventPages(stores.events());
        this.horizon = new Horizon(stores.events(), new Appended());
        this.events = stores.get(CloudEvents.class);
        this.filter = filter;
        this.after = after;
    }

    static int run(Arguments arguments, Path folder, PrintStream out, PrintStream err) {
        EventFilter filter;
        Long after;
        try {
            filter = EventFilter.of(modes(arguments.get("mode")), name -> arguments.get(option(name)));
            after = EventFilter.position("after", arguments.get("after"));
        } catch (EventFilter.Malformed e) {
            throw new WrongUse("--" + option(e.name()) + " " + e.phrase());
        }
        String file = arguments.get("out");
        try (Stores stores = RunningShop.on(folder).stores(arguments)) {
            ExportCommand export = new ExportCommand(stores, filter, after == null ? 0 : after);
            return file == null ? export.toStandardOutput(out, err) : export.toFile(Path.of(file), err);
        } catch (DataAccessException e) {
            throw new CannotGoOn("The shop's store is gone: " + Reasons.innermost(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotGoOn("Interrupted", e);
        }
    }

    private static String option(String filter) {
        return filter.replace('_', '-');
    }

    private static Set<Mode> modes(@Nullable String mode) {
        return switch (mode) {
            case null -> Set.of();
            case "live" -> EnumSet.of(Mode.LIVE, Mode.SHOP);
            case "test" -> EnumSet.of(Mode.TEST, Mode.SHOP);
            case "shop" -> EnumSet.of(Mode.SHOP);
            default -> throw new WrongUse("--mode must be live, test or shop");
        };
    }

    private int toStandardOutput(PrintStream out, PrintStream err) throws InterruptedException {
        try (OutputStream buffered = new BufferedOutputStream(
                new OutputStream() {
                    @Override
                    public void write(int one) {
                        out.write(one);
                    }

                    // a print stream keeps to itself that nobody reads any more
                    @Override
                    public void write(byte[] bytes, int from, int length) throws IOException {
                        out.write(bytes, from, length);
                        if (out.checkError()) throw new IOException("nobody reads the standard output any more");
                    }
                },
                1 << 16)) {
            Done done = write(buffered, progress(err));
            buffered.flush();
            return tell(done, "the standard output", err);
        } catch (IOException e) {
            throw new CannotGoOn("Cannot write: " + Reasons.of(e), e);
        }
    }

    /** The name is the file's own only when all of it is there and on disk. */
    private int toFile(Path file, PrintStream err) throws InterruptedException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            if (Files.isDirectory(file)) throw new CannotGoOn(file + " is a folder");
            Done done;
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part), 1 << 16)) {
                done = write(out, progress(err));
            }
            try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return tell(done, file.toString(), err);
        } catch (IOException e) {
            throw new CannotGoOn("Cannot write " + part + ": " + Reasons.of(e), e);
        }
    }

    private Progress progress(PrintStream err) {
        // the launcher knows whether a person sees the standard error; Java can't tell
        if (!Boolean.getBoolean("tillstream.terminal")) return (events, position, last) -> {};
        ProgressBar bar = new ProgressBar(err, true, "export");
        long started = System.nanoTime();
        return (events, position, last) -> {
            long done = position - after;
            long perSecond = done * 1_000_000_000 / Math.max(1, System.nanoTime() - started);
            if (position < last) bar.show(done, last - after, "positions", perSecond);
            else bar.end(String.format(Locale.ROOT, "%,d events", events));
        };
    }

    private static int tell(Done done, String where, PrintStream err) {
        err.println("tillstream: " + done.events() + " events up to position " + done.upTo() + " written to " + where);
        if (done.unreadable() > 0)
            err.println("tillstream: " + done.unreadable()
                    + " of them can't be read and are written without their data (`\"unreadable\"`)");
        return 0;
    }

    /** Everything that is settled when it begins. One run is read while another is converted. */
    Done write(OutputStream out, Progress progress) throws IOException, InterruptedException {
        long last = settled(horizon);
        long written = 0;
        long unreadable = 0;
        CompletableFuture<EventRun> next = read(after, last);
        boolean more = true;
        while (more) {
            EventRun run = joined(next);
            more = run.more();
            long position = run.reached(last);
            if (more) next = read(position, last);
            for (Line line : events.lines(run.events())) {
                out.write(line.json());
                out.write(NEW_LINE);
                if (line.unreadable()) unreadable++;
            }
            written += run.events().size();
            progress.at(written, Math.min(position, last - 1), last);
        }
        progress.at(written, last, last);
        return new Done(written, unreadable, last);
    }

    /** All that is committed by now; less would look like all of it. */
    static long settled(Horizon horizon) throws InterruptedException {
        return horizon.settledNow(PATIENCE)
                .orElseThrow(() -> new CannotGoOn("History isn't settled beyond position " + horizon.position()
                        + ": a transaction in PostgreSQL has been open for long (see pg_stat_activity); try again"));
    }

    private CompletableFuture<EventRun> read(long from, long last) {
        return CompletableFuture.supplyAsync(() -> pages.run(filter, from, last, RUN));
    }

    private static EventRun joined(CompletableFuture<EventRun> next) {
        try {
            return next.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            throw e;
        }
    }
}
