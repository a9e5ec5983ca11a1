package io.tillstream.standalone;

import com.mongodb.MongoException;
import io.tillstream.query.ReadModels;
import io.tillstream.query.platform.Replay;
import io.tillstream.query.platform.Replays;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code ./tillstream replay}: asks for replays and shows how far they are. The shop does them, with or without this. */
final class ReplayCommand {
    static final Set<String> OPTIONS = Set.of("data");
    static final Set<String> FLAGS = Set.of("abort");
    private static final String BY = "system:command-line";
    private static final long LOOK_MILLIS = 200;

    private final Replays replays;
    private final Console console;

    private ReplayCommand(Replays replays, Console console) {
        this.replays = replays;
        this.console = console;
    }

    static int run(Arguments arguments, Path folder, Console console) {
        try (Stores stores = RunningShop.on(folder).stores(arguments);
                ReadModels models = stores.readModels()) {
            ReplayCommand command = new ReplayCommand(models.replays(), console);
            Set<String> wanted = new TreeSet<>(arguments.words());
            for (String name : wanted) {
                if (!models.replays().projections().contains(name))
                    throw new WrongUse("No read model is called " + name + "; there are "
                            + String.join(", ", models.replays().projections()));
            }
            if (wanted.isEmpty()) wanted.addAll(models.replays().projections());
            return arguments.flag("abort") ? command.abort(wanted) : command.replay(wanted);
        } catch (MongoException e) {
            throw new CannotGoOn(
                    "The shop is gone; its replays go on when it is started again (" + Reasons.innermost(e) + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotGoOn("Interrupted", e);
        }
    }

    private int replay(Set<String> wanted) throws InterruptedException {
        List<Replay> asked = replays.request(wanted, BY);
        AtomicBoolean watching = new AtomicBoolean(true);
        Thread leaving = new Thread(() -> {
            if (watching.get()) {
                console.say("");
                console.say("The shop goes on with it: `./tillstream replay` shows it again, `--abort` ends it.");
            }
        });
        Runtime.getRuntime().addShutdownHook(leaving);
        try {
            boolean good = true;
            for (Replay replay : asked)
                good &= watched(replay.id(), width(asked)).done();
            return good ? 0 : 1;
        } finally {
            watching.set(false);
        }
    }

    private int abort(Set<String> wanted) throws InterruptedException {
        List<Replay> active = replays.active().stream()
                .filter(replay -> wanted.contains(replay.projection()))
                .toList();
        if (active.isEmpty()) console.say("No replay is on its way.");
        for (Replay replay : active) replays.abort(replay.id());
        for (Replay replay : active) watched(replay.id(), width(active));
        return 0;
    }

    private Replay watched(UUID id, int width) throws InterruptedException {
        Replay now = now(id);
        ProgressBar bar = console.bar(String.format(Locale.ROOT, "%-" + width + "s", now.projection()));
        while (!now.over()) {
            bar.show(now.eventsDone(), now.eventsTotal(), "events", now.eventsPerSecond());
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            now = now(id);
        }
        bar.end(outcome(now));
        return now;
    }

    private Replay now(UUID id) {
        return replays.find(id).orElseThrow(() -> new CannotGoOn("The replay " + id + " is gone"));
    }

    private static int width(List<Replay> shown) {
        return shown.stream()
                .mapToInt(replay -> replay.projection().length())
                .max()
                .orElse(1);
    }

    private static String outcome(Replay over) {
        if (!over.done()) return over.status() + (over.error() == null ? "" : " (" + over.error() + ")");
        String result =
                String.format(Locale.ROOT, "done: %,d events, now read from %s", over.eventsDone(), over.collection());
        return over.parked() == 0
                ? result
                : result
                        + String.format(
                                Locale.ROOT,
                                "; %,d documents stand still at an event that can't be read",
                                over.parked());
    }
}
