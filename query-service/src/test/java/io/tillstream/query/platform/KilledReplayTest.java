package io.tillstream.query.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.zaxxer.hikari.HikariDataSource;
import io.tillstream.embedded.PostgresServer;
import io.tillstream.embedded.Servers;
import io.tillstream.events.Concepts;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.tag.Tag;
import io.tillstream.http.access.Caller;
import io.tillstream.http.trace.Traces;
import io.tillstream.store.EventLog;
import io.tillstream.store.EventStoreConfiguration;
import io.tillstream.store.MasterKey;
import io.tillstream.store.Sealing;
import io.tillstream.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Replays in a process that is killed at ten random moments while events arrive and both it and another one read. */
class KilledReplayTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration DEATH = Duration.ofMillis(800);
    private static final int KILLS = 10;
    private static final int TAGS = 6_000;
    private static final int RENAMED = 12;

    @TempDir
    Path folder;

    private final TestLog log = new TestLog();
    private final String uri = Servers.temporary().mongo().uri();
    private final String name = "t" + UUID.randomUUID().toString().replace("-", "");
    private final MongoClient client = MongoClients.create(uri);
    private final MongoDatabase database = client.getDatabase(name);
    private final List<UUID> renamed = new ArrayList<>();
    private int processes;

    /** The read side of one instance, and a thread that reads what is being renamed and says what is wrong. */
    private static final class Instance {
        private static final Caller ADMIN = Caller.admin(UUID.randomUUID(), "tester", Mode.LIVE);

        final Projection<Tag> projection =
                new FoldProjection<>(Tag.CONCEPT, 1, tag -> new Document("name", tag.name()), "name");
        final List<String> wrong = new java.util.concurrent.CopyOnWriteArrayList<>();
        final AtomicInteger reads = new AtomicInteger();
        final Progress progress;
        final ReadStore store;
        final Replays replays;
        private final EventLog events;
        private final Follower follower;
        private final Caretaker caretaker;
        private final Rebuilder rebuilder;
        private final CountDownLatch stop = new CountDownLatch(1);

        Instance(MongoDatabase database, EventLog events, Follower.Broker broker) {
            this.events = events;
            String id = ProcessHandle.current().pid() + "-" + UUID.randomUUID();
            store = new ReadStore(database, Clock.systemUTC(), new Interruptions());
            progress = new Progress(events::highest, () -> 0);
            replays = new Replays(List.of(projection), store, Clock.systemUTC());
            EventJson json = new EventJson(Concepts.ALL, List.of());
            follower = new Follower(List.of(projection), store, events, broker, json, progress, Traces.off());
            caretaker = new Caretaker(follower, store, replays, Clock.systemUTC(), id, Caretaker.Pace.USUAL);
            rebuilder = new Rebuilder(List.of(projection), replays, store, events, follower, List.of(), id, DEATH);
        }

        void start(boolean rebuilding, List<UUID> watched) throws InterruptedException {
            caretaker.start();
            follower.start();
            if (rebuilding) rebuilder.start();
            assertThat(progress.await(1, LONG)).isTrue();
            Thread.ofPlatform().daemon().start(() -> read(watched));
        }

        private void read(List<UUID> watched) {
            Documents<Tag> tags = new Reads(store, follower::current, events, Clock.systemUTC()).of(projection);
            Map<UUID, Long> seen = new HashMap<>();
            while (stop.getCount() > 0) {
                for (UUID tag : watched) {
                    try {
                        long now = tags.visibleTo(ADMIN).find(tag).orElseThrow().sequence();
                        long before = seen.getOrDefault(tag, 0L);
                        if (now < before) wrong.add("WRONG: " + tag + " shows " + now + " after " + before);
                        seen.put(tag, now);
                        reads.incrementAndGet();
                    } catch (RuntimeException e) {
                        wrong.add("WRONG: " + e);
                    }
                }
            }
        }

        void stop() {
            stop.countDown();
            rebuilder.stop();
            follower.stop();
            caretaker.stop();
        }
    }

    /** The process that is killed. */
    static final class Main {
        private Main() {}

        @SuppressWarnings("SystemOut") // the test reads it
        public static void main(String[] arguments) throws InterruptedException {
            MongoDatabase database = MongoClients.create(arguments[0]).getDatabase(arguments[1]);
            EventLog events = opened(arguments[2], arguments[3], arguments[4]);
            Instance instance = new Instance(database, events, new Follower.Broker(arguments[5], arguments[6]));
            instance.start(
                    true,
                    Arrays.stream(arguments[7].split(",")).map(UUID::fromString).toList());
            int said = 0;
            while (true) {
                TimeUnit.MILLISECONDS.sleep(20);
                while (said < instance.wrong.size()) System.out.println(instance.wrong.get(said++));
            }
        }
    }

    private static EventLog opened(String url, String user, String password) {
        StoreSettings.Postgres postgres =
                new StoreSettings.Postgres(url, user, password, user, password, user, password, 4);
        HikariDataSource pool = EventStoreConfiguration.pool("process", postgres, user, password);
        JdbcClient jdbc = JdbcClient.create(pool);
        return new EventLog(
                jdbc,
                EventStoreConfiguration.ownTransaction(pool),
                new EventJson(Concepts.ALL, List.of()),
                new Sealing(jdbc, MasterKey.of(Base64.getEncoder().encodeToString(new byte[32]))));
    }

    @AfterEach
    void stop() {
        client.close();
        log.close();
    }

    @Test
    @Timeout(600)
    void endsRightThoughItIsKilledAtTenRandomMoments() throws Exception {
        for (int i = 0; i < RENAMED; i++) renamed.add(log.tag("0"));
        log.copy(renamed.getFirst(), TAGS);
        renamed.forEach(tag -> log.rename(tag, "1"));
        Instance steady = new Instance(database, log.log, log.broker());
        steady.start(false, renamed);
        assertThat(steady.progress.await(log.last(), LONG)).isTrue();

        AtomicInteger renames = new AtomicInteger(1);
        CountDownLatch enough = new CountDownLatch(1);
        try (var load = Executors.newSingleThreadExecutor()) {
            var writing = load.submit(() -> {
                while (!enough.await(2, TimeUnit.MILLISECONDS)) {
                    int number = renames.incrementAndGet();
                    log.rename(renamed.get(number % RENAMED), Integer.toString(number));
                }
                return null;
            });
            Random random = new Random(3);
            Process process = started();
            int killedAtWork = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                String pid = process.pid() + "-";
                Replay replay =
                        steady.replays.request(Set.of("tag"), "system:test").getFirst();
                await().atMost(LONG).until(() -> worker(replay).startsWith(pid));
                TimeUnit.MILLISECONDS.sleep(random.nextInt(1_500));
                if (!steady.replays.find(replay.id()).orElseThrow().over()) killedAtWork++;
                process.destroyForcibly().waitFor();
                process = started();
            }
            assertThat(killedAtWork).as("kills in the middle of a replay").isPositive();
            Replay last = steady.replays.request(Set.of("tag"), "system:test").getFirst();
            await().atMost(LONG)
                    .until(() -> steady.replays.find(last.id()).orElseThrow().over());
            enough.countDown();
            writing.get();
            assertThat(steady.replays.find(last.id()).orElseThrow().status()).isEqualTo("done");
            assertThat(steady.progress.await(log.last(), LONG)).isTrue();
            await().atMost(LONG).until(() -> steady.follower.collections().contains(last.collection()));
            process.destroyForcibly().waitFor();
        }
        steady.stop();
        assertThat(steady.wrong).isEmpty();
        assertThat(steady.reads.get()).isPositive();
        for (int i = 0; i < processes; i++)
            assertThat(Files.readString(output(i))).doesNotContain("WRONG");
        assertThatDocumentsAreRight(steady);
    }

    private void assertThatDocumentsAreRight(Instance instance) {
        String collection = instance.store.current(instance.projection);
        assertThat(database.getCollection(collection).countDocuments()).isEqualTo(TAGS + RENAMED);
        Instance fresh = new Instance(client.getDatabase(name + "_fresh"), log.log, log.broker());
        Feed<Tag> feed = Feed.open(fresh.projection, "tag_v1", fresh.store);
        var tail = log.log.tailFrom(0);
        for (var run = tail.next(1_000); !run.isEmpty(); run = tail.next(1_000)) feed.apply(run);
        Set<Document> expected = fresh.store.collection("tag_v1").find().into(new java.util.HashSet<>());
        assertThat(database.getCollection(collection).find().into(new java.util.HashSet<>()))
                .isEqualTo(expected);
    }

    private String worker(Replay replay) {
        Document found = database.getCollection("replays")
                .find(new Document("_id", replay.id().toString()))
                .first();
        return found == null ? "" : found.getString("by");
    }

    private Process started() throws IOException {
        PostgresServer postgres = Servers.temporary().postgres();
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        uri,
                        name,
                        log.url,
                        postgres.user(),
                        postgres.password(),
                        log.broker().bootstrap(),
                        log.broker().topic(),
                        String.join(",", renamed.stream().map(UUID::toString).toList()))
                .redirectErrorStream(true)
                .redirectOutput(output(processes++).toFile())
                .start();
    }

    private Path output(int process) {
        return folder.resolve("process-" + process);
    }
}
