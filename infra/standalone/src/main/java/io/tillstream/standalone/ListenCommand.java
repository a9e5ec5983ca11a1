package io.tillstream.standalone;

import io.tillstream.standalone.ApiClient.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code ./tillstream listen}: a webhook that leads to this process, for as long as it is there. */
final class ListenCommand implements AutoCloseable {
    static final Set<String> OPTIONS = Set.of("data", "key", "port", "events", "product", "mode");
    static final Set<String> FLAGS = Set.of("full");

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Pattern OURS = Pattern.compile("\\./tillstream listen, process (\\d{1,10})");

    private final RunningShop shop;
    private final ApiClient api;
    private final LocalReceiver receiver;
    private volatile boolean ended;
    private @Nullable String webhook;

    private ListenCommand(RunningShop shop, ApiClient api, LocalReceiver receiver) {
        this.shop = shop;
        this.api = api;
        this.receiver = receiver;
    }

    static int run(Arguments arguments, Path folder, Console console) {
        if (!arguments.words().isEmpty())
            throw new WrongUse("Unexpected argument: " + arguments.words().getFirst());
        String mode = arguments.get("mode");
        if (mode != null && !Set.of("live", "test").contains(mode)) throw new WrongUse("--mode must be live or test");
        int port = arguments.ownPort(0);
        RunningShop shop = RunningShop.on(folder);
        String given = arguments.get("key", "TILLSTREAM_API_KEY");
        String key = given == null ? DataFolder.apiKey(folder) : given;
        String keys = key.startsWith("sf_test_") ? "test" : "live";
        if (mode != null && !mode.equals(keys))
            throw new CannotGoOn("The key is for " + keys + " data: give one that begins with sf_" + mode
                    + "_ by --key, as an admin makes it");
        try (ApiClient api = new ApiClient(shop.url(), key);
                LocalReceiver receiver = LocalReceiver.start(port, arguments.flag("full"), console);
                ListenCommand listen = new ListenCommand(shop, api, receiver)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                if (listen.ended) return;
                listen.leave();
                console.say("Ended.");
                Runtime.getRuntime().halt(0);
            }));
            listen.renew();
            listen.removeLeftOvers();
            String events = arguments.get("events");
            listen.register(words(events == null ? "*" : events), words(arguments.get("product")));
            console.say("Listening on http://127.0.0.1:" + receiver.port() + " for "
                    + (events == null ? "all events" : events) + " of " + keys + " data, as webhook " + listen.webhook
                    + ". Ctrl-C ends it.\n");
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                listen.renew();
                receiver.nameGap(GRACE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotGoOn("Interrupted", e);
        }
    }

    private synchronized void renew() {
        if (!ended) shop.tell("/listen", address());
    }

    private Properties address() {
        Properties address = new Properties();
        address.setProperty("port", Integer.toString(receiver.port()));
        return address;
    }

    /** One that was killed, or outlived its shop, couldn't delete its webhook. */
    private void removeLeftOvers() {
        for (JsonNode known : api.all("/webhooks")) {
            Matcher ours = OURS.matcher(known.path("description").asString(""));
            if (ours.matches()
                    && ProcessHandle.of(Long.parseLong(ours.group(1))).isEmpty())
                api.delete("/webhooks/" + known.path("id").asString(""));
        }
    }

    private void register(List<String> events, List<String> products) {
        Map<String, Object> body = new HashMap<>();
        body.put("url", "http://127.0.0.1:" + receiver.port() + "/");
        body.put("events", events);
        body.put(
                "description",
                "./tillstream listen, process " + ProcessHandle.current().pid());
        if (!products.isEmpty()) {
            body.put("product_filter_mode", "selected");
            body.put("product_ids", products);
        }
        Answer made = api.post("/webhooks", body);
        if (!made.done()) throw new CannotGoOn("The shop refuses the webhook: " + made.refusal());
        webhook = made.id();
        receiver.secret(made.data().path("secret").asString(""));
    }

    private static List<String> words(@Nullable String list) {
        return list == null
                ? List.of()
                : List.of(list.split(",", -1)).stream().map(String::strip).toList();
    }

    @Override
    public void close() {
        leave();
    }

    /** Leaves nothing behind in the shop, if it is still there. */
    private synchronized void leave() {
        if (ended) return;
        ended = true;
        String made = webhook;
        try {
            if (made != null) api.delete("/webhooks/" + made);
            shop.tell("/listen/end", address());
        } catch (CannotGoOn e) {
            // the lease ends by itself, and the next `listen` deletes the webhook
        }
    }
}
