package io.tillstream.standalone;

import static com.mongodb.client.model.Filters.in;

import com.mongodb.client.MongoCollection;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.tillstream.command.CommandService;
import io.tillstream.command.product.NewProducts;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.query.ReadModels;
import io.tillstream.query.platform.Replay;
import io.tillstream.standalone.BenchConnection.Answer;
import io.tillstream.standalone.BenchRow.Result;
import io.tillstream.store.EventFilter;
import io.tillstream.store.MasterKey;
import io.tillstream.store.proof.TreeCheck;
import io.tillstream.store.verify.Findings;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import javax.sql.DataSource;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import tools.jackson.databind.JsonNode;

/**
 * One run of the bench. What the shop does and what the yardstick does is measured in turns, each warmed up before, and the
 * medians are compared: so both see the same machine.
 */
final class BenchRun implements AutoCloseable {
    private static final int CONNECTIONS = 16;
    private static final int KEYS = 256;
    private static final Set<BenchRow> WRITING =
            EnumSet.of(BenchRow.COMMANDS, BenchRow.POST, BenchRow.READS_UNDER_WRITES);
    private static final String LIST = "/api/v1/products?limit=20";

    private final BenchShop shop;
    private final Size size;
    private final Console console;
    private final List<Result> results = new ArrayList<>();
    private final AtomicLong slugs = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("bench-", 0).factory());
    private List<String> limited = List.of();
    private volatile boolean over;

    /**
     * How much of it.
     *
     * @param compiled how long warms up what has commands in it: their path is long, and the JIT compiler shares two cores with it
     */
    record Size(int few, int many, int rounds, Duration slice, Duration warmUp, Duration compiled, int deliveries) {
        static final Size FULL = new Size(
                1_000, 100_000, 5, Duration.ofSeconds(3), Duration.ofSeconds(8), Duration.ofSeconds(60), 5_000);
        static final Size QUICK =
                new Size(200, 1_000, 1, Duration.ofMillis(500), Duration.ofMillis(500), Duration.ofMillis(500), 200);
    }

    /** Does something for so long, and answers how often a second. */
    @FunctionalInterface
    private interface Slice {
        double perSecond(Duration length) throws Exception;
    }

    private BenchRun(BenchShop shop, Size size, Console console) {
        this.shop = shop;
        this.size = size;
        this.console = console;
    }

    /** Measures the rows; one that fails is said to have, and isn't among the results. */
    static List<Result> of(Set<BenchRow> rows, Size size, Console console) throws IOException, InterruptedException {
        try (BenchShop shop = BenchShop.start();
                BenchRun run = new BenchRun(shop, size, console)) {
            if (rows.contains(BenchRow.PEAK_MEMORY)) run.threads.execute(run::watchMemory);
            for (BenchRow row : rows) {
                try {
                    run.measure(row);
                    console.say("      " + BenchCommand.figures(run.results.getLast()));
                } catch (InterruptedException e) {
                    throw e;
                } catch (Exception e) {
                    console.say("      failed: " + Reasons.innermost(e));
                }
            }
            return run.results;
        }
    }

    private void measure(BenchRow row) throws Exception {
        if (row.large()) shop.fill(size.many);
        else if (row.compareTo(BenchRow.COMMANDS) > 0) shop.fill(size.few);
        console.say("  " + row.id() + " ...");
        switch (row) {
            case UP -> add(row, shop.started().toMillis() / 1000.0, null, null, "");
            case IDLE_MEMORY -> idleMemory(row);
            case COMMANDS -> commands(row);
            case POST -> post(row);
            case GET_1K, GET_100K -> {
                List<String> ids = ids();
                int yardstick = shop.yardstick();
                compare(
                        row,
                        http(shop.port(), random(ids, id -> path("/api/v1/products/" + id))),
                        http(yardstick, random(ids, id -> BenchConnection.get("/one/" + id, null))));
            }
            case LIST_1K, LIST_100K -> lists(row, 1);
            case DEEP_1K, DEEP_100K -> lists(row, Integer.MAX_VALUE);
            case HOT_LIST -> hot(row, LIST);
            case HOT_PRODUCT -> hot(row, "/api/v1/products/" + ids().getFirst());
            case READS_UNDER_WRITES -> readsUnderWrites(row);
            case VISIBLE -> visible(row);
            case REBUILD -> rebuild(row);
            case EXPORT -> compare(row, whole(this::export), whole(this::bareRead));
            case PROOF -> compare(row, whole(this::proof), whole(this::bareRead));
            case DELIVERIES -> deliveries(row);
            case WEBHOOK_DELAY -> webhookDelay(row);
            case BESIDE_DEAD -> besideDead(row);
            case PEAK_MEMORY -> add(row, peak.get() / 1048576.0, null, null, "");
        }
    }

    private void add(BenchRow row, double measured, @Nullable Double bare, @Nullable Double load, String note) {
        results.add(new Result(row, measured, bare, load, note));
    }

    // --- how it is measured

    private void compare(BenchRow row, Slice ours, Slice bare) throws Exception {
        ours.perSecond(WRITING.contains(row) ? size.compiled : size.warmUp);
        bare.perSecond(size.warmUp);
        double[] measured = new double[size.rounds];
        double[] compared = new double[size.rounds];
        long own = 0;
        long shops = 0;
        for (int round = 0; round < size.rounds; round++) {
            Duration shopBefore = shop.use().cpu();
            Duration ownBefore = ownCpu();
            measured[round] = ours.perSecond(size.slice);
            own += ownCpu().minus(ownBefore).toNanos();
            shops += shop.use().cpu().minus(shopBefore).toNanos();
            compared[round] = bare.perSecond(size.slice);
        }
        boolean generates = row != BenchRow.COMMANDS && row != BenchRow.EXPORT && row != BenchRow.PROOF;
        add(row, median(measured), median(compared), generates ? (double) own / (own + shops) : null, "");
    }

    private static Duration ownCpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** So many connections, each with the next request as soon as it has the answer. */
    private Slice http(int port, Supplier<byte[]> requests) {
        return each(() -> {
            BenchConnection connection = new BenchConnection(port);
            return new Work() {
                @Override
                public void once() throws IOException {
                    Answer answer = connection.send(requests.get());
                    if (answer.status() / 100 != 2)
                        throw new CannotGoOn("An answer of " + answer.status() + ": " + answer.text());
                }

                @Override
                public void close() throws IOException {
                    connection.close();
                }
            };
        });
    }

    private interface Work extends AutoCloseable {
        void once() throws Exception;

        @Override
        void close() throws IOException, SQLException;
    }

    private Slice each(Callable<Work> open) {
        return length -> {
            AtomicLong done = new AtomicLong();
            long started = System.nanoTime();
            all(CONNECTIONS, n -> () -> {
                try (Work work = open.call()) {
                    long mine = 0;
                    for (; System.nanoTime() - started < length.toNanos(); mine++) work.once();
                    done.addAndGet(mine);
                }
                return null;
            });
            return done.get() * 1e9 / (System.nanoTime() - started);
        };
    }

    private void all(int count, IntFunction<Callable<Void>> work) throws Exception {
        List<Future<Void>> running = new ArrayList<>();
        for (int n = 0; n < count; n++) running.add(threads.submit(work.apply(n)));
        try {
            for (Future<Void> each : running) each.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) throw cause;
            throw e;
        }
    }

    /** Something that has an end of its own, whatever length is asked for; answers how many a second. */
    private static Slice whole(Callable<Long> counted) {
        return length -> {
            long started = System.nanoTime();
            long count = counted.call();
            return count * 1e9 / (System.nanoTime() - started);
        };
    }

    /** Begins so many a second, whether the ones before are done or not; answers what each took, sorted, in milliseconds. */
    private double[] paced(double perSecond, Duration length, int workers, IntFunction<Timed> open) throws Exception {
        ConcurrentLinkedQueue<Double> took = new ConcurrentLinkedQueue<>();
        AtomicLong next = new AtomicLong();
        long total = (long) (perSecond * length.toNanos() / 1e9);
        long started = System.nanoTime();
        all(workers, worker -> () -> {
            Timed timed = open.apply(worker);
            for (long n = next.getAndIncrement(); n < total && !over; n = next.getAndIncrement()) {
                long due = started + (long) (n * 1e9 / perSecond);
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime())
                    LockSupport.parkNanos(left);
                took.add(timed.once() / 1e6);
            }
            return null;
        });
        return took.stream().mapToDouble(each -> each).sorted().toArray();
    }

    private interface Timed {
        long once() throws Exception;
    }

    private static double quantile(double[] sorted, double q) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1L, (long) (q * sorted.length))];
    }

    private byte[] path(String path) {
        return BenchConnection.get(path, shop.key());
    }

    private static Supplier<byte[]> random(List<String> of, java.util.function.Function<String, byte[]> request) {
        List<byte[]> all = of.stream().map(request).toList();
        return () -> all.get(ThreadLocalRandom.current().nextInt(all.size()));
    }

    private String product() {
        long n = slugs.incrementAndGet();
        return "{\"name\":\"Field recordings, volume " + n + "\",\"slug\":\"bench-" + n
                + "\",\"price\":1900,\"description\":\"Forty minutes of rain, trains, markets and the sea.\"}";
    }

    private byte[] create(String key) {
        String body = product();
        return BenchConnection.post(
                "/api/v1/products", key, "Idempotency-Key: bench-" + slugs.get() + "-" + key.hashCode() + "\r\n", body);
    }

    private String limitedKey(int n) {
        if (limited.isEmpty()) throw new IllegalStateException("No keys");
        return limited.get(n % limited.size());
    }

    private void makeKeys() throws IOException {
        if (limited.isEmpty()) limited = shop.limitedKeys(KEYS);
    }

    private List<String> ids() {
        List<String> ids = allIds();
        java.util.Collections.shuffle(ids);
        return ids.subList(0, Math.min(ids.size(), 20_000));
    }

    /** No more than ids: the embedded store holds in memory all that a query finds. */
    private List<String> allIds() {
        List<String> ids = new ArrayList<>();
        for (Document found :
                shop.stores().mongodb().getCollection(shop.collection()).find().projection(new Document("_id", 1)))
            ids.add(found.getString("_id"));
        return ids;
    }

    // --- memory

    private void watchMemory() {
        while (!over) {
            peak.accumulateAndGet(shop.use().resident(), Math::max);
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
    }

    private void idleMemory(BenchRow row) throws InterruptedException {
        shop.settle();
        add(row, shop.use().resident() / 1048576.0, null, null, "");
    }

    // --- writes

    private void commands(BenchRow row) throws Exception {
        try (Connection connection = shop.owner();
                Statement statement = connection.createStatement()) {
            statement.execute("create database bench");
        }
        String url = shop.stores().setting("tillstream.postgres.url").replaceFirst("/[^/]*$", "/bench");
        String masterKey = DataFolder.masterKey(shop.data());
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(CommandService.class)
                .properties(Map.of(
                        "spring.config.name", "bench",
                        "spring.main.log-startup-info", "false",
                        "spring.main.banner-mode", "off",
                        "server.port", "0",
                        "server.address", "127.0.0.1",
                        "tillstream.generate", "true"))
                .initializers(starting -> starting.getEnvironment()
                        .getPropertySources()
                        .addFirst(new org.springframework.core.env.MapPropertySource(
                                "bench",
                                Map.of(
                                        "tillstream.postgres.url",
                                        url,
                                        "tillstream.postgres.user",
                                        "tillstream",
                                        "tillstream.postgres.password",
                                        shop.ownersPassword(),
                                        "tillstream.postgres.reader-password",
                                        Settings.readerPassword(masterKey),
                                        "tillstream.postgres.webhooks-password",
                                        "unused",
                                        Stores.KAFKA,
                                        shop.stores().setting(Stores.KAFKA),
                                        Stores.TOPIC,
                                        "bench.events",
                                        "tillstream.redis.uri",
                                        shop.redis(),
                                        "tillstream.master-key",
                                        masterKey))))
                .run()) {
            NewProducts products = context.getBean(NewProducts.class);
            compare(
                    row,
                    each(() -> new Work() {
                        @Override
                        public void once() {
                            products.create("Bench", product().getBytes(StandardCharsets.UTF_8));
                        }

                        @Override
                        public void close() {}
                    }),
                    commits());
        }
    }

    private void post(BenchRow row) throws Exception {
        makeKeys();
        compare(row, http(shop.port(), () -> create(limitedKey((int) writes.incrementAndGet()))), commits());
    }

    /** One row a transaction, as long as an event's, on as many connections as the shop's pool has. */
    private Slice commits() throws SQLException {
        try (Connection connection = shop.owner();
                Statement statement = connection.createStatement()) {
            statement.execute("create table if not exists bench_rows"
                    + " (id bigint generated always as identity primary key, row text not null)");
        }
        String text = "x".repeat(1_500);
        return each(() -> {
            Connection connection = shop.owner();
            PreparedStatement insert = connection.prepareStatement("insert into bench_rows (row) values (?)");
            insert.setString(1, text);
            return new Work() {
                @Override
                public void once() throws SQLException {
                    insert.executeUpdate();
                }

                @Override
                public void close() throws SQLException {
                    connection.close();
                }
            };
        });
    }

    // --- reads

    private void lists(BenchRow row, int mostPages) throws Exception {
        List<byte[]> ours = new ArrayList<>();
        StringBuilder ids = new StringBuilder();
        String cursor = "";
        int pages = 0;
        // cursors of pages of a hundred are as good for pages of twenty
        do {
            String at = cursor.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
            JsonNode page = shop.client().get("/products?limit=100" + at).body();
            List<String> next = page.path("data")
                    .valueStream()
                    .map(one -> one.path("id").asString())
                    .limit(20)
                    .toList();
            if (next.isEmpty()) break;
            ours.add(path(LIST + at));
            ids.append(String.join(",", next)).append('\n');
            cursor = page.path("pagination").path("next_cursor").asString("");
        } while (++pages < mostPages && !cursor.isEmpty());
        int yardstick = shop.yardstick();
        try (BenchConnection connection = new BenchConnection(yardstick)) {
            Answer kept = connection.send(BenchConnection.request(
                    "PUT",
                    "/pages",
                    null,
                    "Content-Type: text/plain\r\n",
                    ids.toString().getBytes(StandardCharsets.UTF_8)));
            if (kept.status() != 200) throw new CannotGoOn("The yardstick took no pages: " + kept.status());
        }
        List<byte[]> bare = new ArrayList<>();
        for (int n = 0; n < ours.size(); n++) bare.add(BenchConnection.get("/pages/" + n, null));
        compare(
                row,
                http(shop.port(), () -> ours.get(ThreadLocalRandom.current().nextInt(ours.size()))),
                http(yardstick, () -> bare.get(ThreadLocalRandom.current().nextInt(bare.size()))));
    }

    private void hot(BenchRow row, String path) throws Exception {
        byte[] ours = path(path);
        int yardstick = shop.yardstick();
        try (BenchConnection from = new BenchConnection(shop.port());
                BenchConnection to = new BenchConnection(yardstick)) {
            to.send(BenchConnection.request(
                    "PUT",
                    "/memory",
                    null,
                    "Content-Type: application/octet-stream\r\n",
                    from.send(ours).body()));
        }
        byte[] bare = BenchConnection.get("/memory", null);
        compare(row, http(shop.port(), () -> ours), http(yardstick, () -> bare));
    }

    private void readsUnderWrites(BenchRow row) throws Exception {
        makeKeys();
        Slice reads = http(shop.port(), random(ids(), id -> path("/api/v1/products/" + id)));
        compare(
                row,
                length -> {
                    Future<double[]> writes = threads.submit(() -> paced(200, length, 16, this::writer));
                    double perSecond = reads.perSecond(length);
                    writes.get();
                    return perSecond;
                },
                reads);
    }

    private Timed writer(int worker) {
        BenchConnection connection = open();
        return () -> {
            long started = System.nanoTime();
            Answer answer = connection.send(create(limitedKey((int) writes.incrementAndGet())));
            if (answer.status() != 201) throw new CannotGoOn("A write answered " + answer.status());
            return System.nanoTime() - started;
        };
    }

    private BenchConnection open() {
        try {
            return new BenchConnection(shop.port());
        } catch (IOException e) {
            throw new CannotGoOn("The shop is gone: " + Reasons.of(e), e);
        }
    }

    /** What a credential wrote it reads; so the time from a write's answer to that of a read which had to wait for it, all in all. */
    private void visible(BenchRow row) throws Exception {
        makeKeys();
        IntFunction<Timed> writeAndRead = worker -> {
            BenchConnection connection = open();
            String key = limitedKey(worker);
            return () -> {
                Answer written = connection.send(create(key));
                if (written.status() != 201) throw new CannotGoOn("A write answered " + written.status());
                String id = ApiClient.JSON
                        .readTree(written.text())
                        .path("data")
                        .path("id")
                        .asString();
                long answered = System.nanoTime();
                Answer read = connection.send(BenchConnection.get("/api/v1/products/" + id, key));
                if (read.status() != 200 || read.has("x-tillstream-stale"))
                    throw new CannotGoOn("A write wasn't visible after 2 s");
                return System.nanoTime() - answered;
            };
        };
        paced(300, size.warmUp, 64, writeAndRead);
        double[] took = paced(300, size.slice.multipliedBy(size.rounds), 64, writeAndRead);
        add(row, quantile(took, 0.99), null, null, delays(took));
    }

    private static String delays(double[] took) {
        return String.format(
                Locale.ROOT, "p50 %.1f ms, most %.1f ms, of %d", quantile(took, 0.5), quantile(took, 1), took.length);
    }

    // --- all of history

    private void rebuild(BenchRow row) throws Exception {
        double[] ours = new double[Math.min(3, size.rounds)];
        double[] bare = new double[ours.length];
        for (int round = 0; round < ours.length; round++) {
            long documents =
                    shop.stores().mongodb().getCollection(shop.collection()).estimatedDocumentCount();
            long started = System.nanoTime();
            replay();
            ours[round] = documents * 1e9 / (System.nanoTime() - started);
            bare[round] = insertMany();
            shop.settle();
        }
        add(row, median(ours), median(bare), null, "");
    }

    private void replay() throws InterruptedException {
        try (ReadModels models = shop.stores().readModels()) {
            Replay replay =
                    models.replays().request(Set.of("product"), "system:bench").getFirst();
            while (!replay.over()) {
                TimeUnit.MILLISECONDS.sleep(20);
                replay = models.replays().find(replay.id()).orElseThrow();
            }
            if (!replay.done()) throw new CannotGoOn("The replay " + replay.status());
        }
    }

    /** The same documents in the same store, with the same indexes, a thousand at a time; reading them isn't counted. */
    private double insertMany() {
        MongoCollection<Document> from = shop.stores().mongodb().getCollection(shop.collection());
        MongoCollection<Document> to = shop.stores().mongodb().getCollection("bench_documents");
        to.drop();
        for (Document index : from.listIndexes())
            if (!index.getString("name").equals("_id_")) to.createIndex(index.get("key", Document.class));
        List<String> ids = allIds();
        long nanos = 0;
        for (int at = 0; at < ids.size(); at += 1_000) {
            List<Document> run = from.find(in("_id", ids.subList(at, Math.min(ids.size(), at + 1_000))))
                    .into(new ArrayList<>());
            long started = System.nanoTime();
            to.insertMany(run);
            nanos += System.nanoTime() - started;
        }
        to.drop();
        return ids.size() * 1e9 / nanos;
    }

    private long export() throws Exception {
        Path file = shop.folder().resolve("export.ndjson");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            ExportCommand export = new ExportCommand(shop.stores(), EventFilter.of(Set.of(), name -> null), 0);
            return export.write(out, (events, position, last) -> {}).events();
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private long proof() throws Exception {
        Checked checked = new Checked();
        new TreeCheck(shop.stores().get(DataSource.class), shop.stores().get(MasterKey.class), null, 0).run(checked);
        return checked.events;
    }

    private static final class Checked implements Findings {
        private long events;

        @Override
        public void expect(long total, String unit) {}

        @Override
        public void done(long more) {
            events += more;
        }

        @Override
        public void difference(String line) {
            throw new CannotGoOn("The proof doesn't hold: " + line);
        }

        @Override
        public void note(String line) {}
    }

    private long bareRead() throws SQLException {
        try (Connection connection = shop.stores().get(DataSource.class).getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement select = connection.prepareStatement(
                    "select position, event_id, aggregate_type, aggregate_id, sequence, type,"
                            + " revision, time, metadata, payload from events order by position")) {
                select.setFetchSize(1_000);
                long count = 0;
                long characters = 0;
                try (ResultSet rows = select.executeQuery()) {
                    for (; rows.next(); count++)
                        for (int column = 1; column <= 10; column++)
                            characters += rows.getString(column).length();
                }
                if (characters == 0) throw new CannotGoOn("There are no events");
                return count;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    // --- webhooks

    /** A backlog that builds up while the webhook has a rate, and goes out when it has none; before that, events as they come. */
    private void deliveries(BenchRow row) throws Exception {
        try (Receiver receiver = new Receiver()) {
            String product = shop.client().post("/products", oneMore()).id();
            String webhook = subscribe(receiver);
            List<Double> fromEvents = new ArrayList<>();
            long compiled = System.nanoTime() + size.compiled.toNanos();
            do {
                receiver.expect(size.deliveries);
                shop.copy(product, size.deliveries);
                fromEvents.add(receiver.perSecond());
            } while (System.nanoTime() < compiled);
            int yardstick = shop.yardstick();
            for (int times = 0; times < 2 * size.rounds; times++) bareDeliveries(yardstick, receiver);
            int rounds = 3 * size.rounds; // of half a second each, where others take seconds
            double[] ours = new double[rounds];
            double[] bare = new double[rounds];
            // as many before them compile what claims, sends and records a backlog
            for (int round = -rounds; round < rounds; round++) {
                shop.settle();
                rate(webhook, Map.of("deliveries", 1, "per", "minute"));
                shop.copy(product, size.deliveries);
                shop.settle();
                long waiting = waiting(webhook);
                if (waiting < size.deliveries - 2) throw new CannotGoOn("Only " + waiting + " deliveries wait");
                receiver.expect(waiting - 1); // one may just have gone out
                rate(webhook, null);
                double rate = receiver.perSecond();
                double compared = bareDeliveries(yardstick, receiver);
                if (round < 0) continue;
                ours[round] = rate;
                bare[round] = compared;
            }
            unsubscribe(webhook);
            List<Double> warm = fromEvents.subList(Math.max(0, fromEvents.size() - size.rounds), fromEvents.size());
            add(
                    row,
                    median(ours),
                    median(bare),
                    null,
                    String.format(
                            Locale.ROOT,
                            "one receiver, %d at a time; while the events are also published and projected, %,.0f/s",
                            CONNECTIONS,
                            median(doubles(warm))));
        }
    }

    private long waiting(String webhook) {
        return shop.client()
                .get("/webhooks/" + webhook + "/stats")
                .data()
                .path("waiting")
                .asLong();
    }

    private void rate(String webhook, @Nullable Map<String, Object> rate) {
        shop.client().patch("/webhooks/" + webhook, Collections.singletonMap("rate_limit", rate));
    }

    private double bareDeliveries(int yardstick, Receiver receiver) throws IOException {
        try (BenchConnection connection = new BenchConnection(yardstick)) {
            Answer answer = connection.send(BenchConnection.post(
                    "/deliver?at_once=" + CONNECTIONS + "&times=" + size.deliveries + "&url="
                            + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8),
                    null,
                    receiver.sameHeaders(),
                    receiver.last()));
            return size.deliveries * 1e9 / Long.parseLong(answer.text());
        }
    }

    private void webhookDelay(BenchRow row) throws Exception {
        makeKeys();
        try (Receiver receiver = new Receiver()) {
            String webhook = subscribe(receiver);
            Duration length = size.slice.multipliedBy(size.rounds);
            double compiling = 1;
            for (int times = 0; times < 5 && compiling > 0.1; times++)
                compiling = compilingWhile(() -> paced(500, size.compiled, 32, this::writer));
            shop.settle();
            double[] p99 = new double[size.rounds];
            List<Double> all = new ArrayList<>();
            long lasted = 0;
            for (int round = 0; round < size.rounds; round++) {
                Written slice = written(receiver, 500, length);
                p99[round] = quantile(sorted(slice.delays()), 0.99);
                all.addAll(slice.delays());
                lasted += slice.nanos();
            }
            double[] took = sorted(all);
            unsubscribe(webhook);
            double[] bare = bareDelays(receiver, length);
            add(
                    row,
                    median(p99),
                    null,
                    null,
                    delays(took)
                            + String.format(
                                    Locale.ROOT,
                                    ", %.0f events/s, p99 of each slice %s ms, JIT %.2f cores in the warm-up's last minute; %.0f and"
                                            + " %.0f times a bare Reactor Netty client's p50 and p99 of %s",
                                    took.length * 1e9 / lasted,
                                    rounded(p99),
                                    compiling,
                                    quantile(took, 0.5) / Math.max(1, quantile(bare, 0.5)),
                                    median(p99) / Math.max(1, quantile(bare, 0.99)),
                                    delays(bare)));
        }
    }

    /** How many cores the shop's JIT compilers use on average while something is done. */
    private double compilingWhile(Callable<?> work) throws Exception {
        Duration before = shop.compiling();
        long started = System.nanoTime();
        work.call();
        return (double) shop.compiling().minus(before).toNanos() / (System.nanoTime() - started);
    }

    /** The same bytes as often, posted when they are made; of a whole number of milliseconds, at least one. */
    private double[] bareDelays(Receiver receiver, Duration length) throws Exception {
        String body = receiver.last();
        int at = body.indexOf("\"timestamp\":\"") + 13;
        String before = body.substring(0, at);
        String after = body.substring(body.indexOf('"', at));
        HttpClient client = HttpClient.create();
        Timed post = () -> {
            long started = System.nanoTime();
            client.headers(headers -> headers.set("Content-Type", "application/json"))
                    .post()
                    .uri(receiver.url())
                    .send(ByteBufFlux.fromString(
                            Mono.fromSupplier(() -> before + EventJson.TIMESTAMP.format(Instant.now()) + after)))
                    .response()
                    .block();
            return System.nanoTime() - started;
        };
        paced(500, size.warmUp, 32, worker -> post);
        receiver.delays.clear();
        paced(500, length, 32, worker -> post);
        return sorted(receiver.delays);
    }

    /** Without a dead receiver, beside one, and without it again. */
    private void besideDead(BenchRow row) throws Exception {
        makeKeys();
        try (Receiver receiver = new Receiver();
                Receiver dead = Receiver.dead()) {
            String webhook = subscribe(receiver);
            String product = shop.client().post("/products", oneMore()).id();
            paced(200, size.warmUp, 32, this::writer);
            shop.settle();
            List<Double> without = new ArrayList<>();
            List<Double> beside = new ArrayList<>();
            for (int round = 0; round < size.rounds; round++) without.add(delay(receiver));
            String down = subscribe(dead);
            shop.copy(product, 2L * size.deliveries);
            shop.settle();
            for (int round = 0; round < size.rounds; round++) beside.add(delay(receiver));
            long waiting = waiting(down);
            unsubscribe(down);
            shop.settle();
            for (int round = 0; round < size.rounds; round++) without.add(delay(receiver));
            unsubscribe(webhook);
            add(
                    row,
                    median(doubles(beside)),
                    median(doubles(without)),
                    null,
                    waiting + " waited; p99 of each slice " + rounded(doubles(beside)) + " ms, and before and after it "
                            + rounded(doubles(without)));
        }
    }

    /** The p99 of a slice, in milliseconds. */
    private double delay(Receiver receiver) throws Exception {
        return quantile(sorted(written(receiver, 200, size.slice).delays()), 0.99);
    }

    /**
     * What was written in a slice.
     *
     * @param delays of its deliveries, in milliseconds
     * @param nanos how long the writing took
     */
    private record Written(List<Double> delays, long nanos) {}

    private Written written(Receiver receiver, double perSecond, Duration length) throws Exception {
        receiver.delays.clear();
        long started = System.nanoTime();
        int written = paced(perSecond, length, 32, this::writer).length;
        long nanos = System.nanoTime() - started;
        receiver.await(() -> receiver.delays.size() >= written);
        return new Written(List.copyOf(receiver.delays), nanos);
    }

    private static double[] sorted(Collection<Double> values) {
        return values.stream().mapToDouble(each -> each).sorted().toArray();
    }

    private static String rounded(double[] values) {
        return DoubleStream.of(values)
                .mapToObj(each -> String.format(Locale.ROOT, "%.0f", each))
                .collect(Collectors.joining(", "));
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(each -> each).toArray();
    }

    private Map<String, Object> oneMore() {
        long n = slugs.incrementAndGet();
        return Map.of("name", "Recordings 00000000", "slug", "recordings-00000000-" + n, "price", 1900);
    }

    private String subscribe(Receiver receiver) {
        return shop.client()
                .post("/webhooks", Map.of("url", receiver.url(), "events", List.of("product.created")))
                .id();
    }

    private void unsubscribe(String webhook) throws IOException {
        try (BenchConnection connection = new BenchConnection(shop.port())) {
            connection.send(
                    BenchConnection.request("DELETE", "/api/v1/webhooks/" + webhook, shop.key(), "", new byte[0]));
        }
    }

    /** Takes whatever is posted, and notes when. */
    private static final class Receiver implements AutoCloseable {
        private static final Set<String> OF_A_CONNECTION = Set.of("host", "content-length", "accept");

        private final ConcurrentLinkedQueue<Double> delays = new ConcurrentLinkedQueue<>();
        private final AtomicLong received = new AtomicLong();
        private final DisposableServer server;
        private volatile long expected = Long.MAX_VALUE;
        private volatile long first;
        private volatile long end;
        private volatile HttpHeaders lastHeaders = EmptyHttpHeaders.INSTANCE;
        private volatile String last = "{}";

        Receiver() {
            this(true);
        }

        /** One that takes connections and says nothing. */
        static Receiver dead() {
            return new Receiver(false);
        }

        private Receiver(boolean answers) {
            server = HttpServer.create()
                    .host("127.0.0.1")
                    .port(0)
                    .handle((request, response) -> request.receive()
                            .aggregate()
                            .asString()
                            .doOnNext(body -> receive(request.requestHeaders(), body))
                            .then(Mono.defer(
                                    () -> answers ? response.status(200).send().then() : Mono.never())))
                    .bindNow();
        }

        private void receive(HttpHeaders headers, String body) {
            long n = received.incrementAndGet();
            if (n == 1) first = System.nanoTime();
            if (n == expected) end = System.nanoTime();
            int at = body.indexOf("\"timestamp\":\"");
            if (at < 0) return;
            lastHeaders = headers;
            last = body;
            Instant happened = Instant.parse(body.substring(at + 13, body.indexOf('"', at + 13)));
            delays.add((double) Duration.between(happened, Instant.now()).toMillis());
        }

        String url() {
            return "http://127.0.0.1:" + server.port() + "/hook";
        }

        String last() {
            return last;
        }

        /** For the yardstick, which sends the headers that the last request had. */
        String sameHeaders() {
            StringBuilder lines = new StringBuilder();
            for (Map.Entry<String, String> header : lastHeaders)
                if (!OF_A_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT)))
                    lines.append(BenchYardstick.SAME)
                            .append(header.getKey())
                            .append(": ")
                            .append(header.getValue())
                            .append("\r\n");
            return lines.toString();
        }

        void expect(long count) {
            delays.clear();
            end = 0;
            received.set(0);
            expected = count;
        }

        /** Waits for what is expected; answers how fast it came. */
        double perSecond() throws InterruptedException {
            await(() -> end != 0);
            return (expected - 1) * 1e9 / (end - first);
        }

        void await(BooleanSupplier enough) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
            while (!enough.getAsBoolean()) {
                if (System.nanoTime() > deadline)
                    throw new CannotGoOn("Only " + received.get() + " deliveries have come");
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }

        @Override
        public void close() {
            server.disposeNow();
        }
    }

    @Override
    public void close() {
        over = true;
        threads.shutdownNow();
    }
}
