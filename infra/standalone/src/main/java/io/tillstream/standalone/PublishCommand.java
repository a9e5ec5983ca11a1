package io.tillstream.standalone;

import io.tillstream.command.publisher.Republisher;
import io.tillstream.store.Appended;
import io.tillstream.store.CloudEvents;
import io.tillstream.store.EventFilter;
import io.tillstream.store.EventPages;
import io.tillstream.store.Horizon;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/** {@code ./tillstream publish}: a range of history to a topic of the operator's choice, in the publisher's own records. */
final class PublishCommand {
    static final Set<String> OPTIONS = Set.of("data", "topic", "from-position", "to-position", "bootstrap");

    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    private PublishCommand() {}

    static int run(Arguments arguments, Path folder, PrintStream out, PrintStream err) {
        String topic = arguments.get("topic");
        if (topic == null) throw new WrongUse("--topic is missing: the events go to a topic of your own");
        if (!TOPIC.matcher(topic).matches() || topic.startsWith("__") || topic.matches("\\.{1,2}"))
            throw new WrongUse("Not a topic's name: " + topic);
        long from = position(arguments, "from-position", 1);
        long to = position(arguments, "to-position", Long.MAX_VALUE);
        if (to < from) throw new WrongUse("--to-position must not be below --from-position");
        RunningShop shop = RunningShop.on(folder);
        try (Stores stores = shop.stores(arguments)) {
            if (topic.equals(Backends.TOPIC) || topic.equals(stores.setting(Stores.TOPIC)))
                throw new WrongUse(topic + " is written by the shop alone; name a topic of your own");
            long settled = ExportCommand.settled(new Horizon(stores.events(), new Appended()));
            Republisher republisher = new Republisher(
                    new EventPages(stores.events()), stores.get(CloudEvents.class), bootstrap(arguments, shop), topic);
            ProgressBar bar = new ProgressBar(err, true, "publish");
            boolean shown = Boolean.getBoolean("tillstream.terminal");
            long last = Math.min(to, settled);
            long published = republisher.publish(from, last, position -> {
                if (shown) bar.show(position - from + 1, last - from + 1, "positions", null);
            });
            if (shown) bar.end("done");
            out.println(String.format(
                    Locale.ROOT,
                    "Published %d events of the positions %d to %d to the topic %s",
                    published,
                    from,
                    Math.max(from, last),
                    topic));
            return 0;
        } catch (DataAccessException e) {
            throw new CannotGoOn("The shop's store is gone: " + Reasons.innermost(e), e);
        } catch (Republisher.Failed | KafkaException e) {
            throw new CannotGoOn(Reasons.innermost(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotGoOn("Interrupted", e);
        }
    }

    private static String bootstrap(Arguments arguments, RunningShop shop) {
        String given = arguments.get("bootstrap");
        return given == null ? shop.kafka() : given;
    }

    private static long position(Arguments arguments, String name, long otherwise) {
        try {
            @Nullable Long given = EventFilter.position(name, arguments.get(name));
            return given == null ? otherwise : given;
        } catch (EventFilter.Malformed e) {
            throw new WrongUse("--" + name + " " + e.phrase());
        }
    }
}
