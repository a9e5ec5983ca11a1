package io.tillstream.query.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import io.tillstream.events.tag.Tag;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.http.access.Caller;
import io.tillstream.http.trace.Traces;
import io.tillstream.store.EventLog;
import io.tillstream.store.EventStoreConfiguration;
import io.tillstream.store.MasterKey;
import io.tillstream.store.Sealing;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** Replays by one instance and by several, stopped at any moment. */
class ReplayTest {
    private static final Caller ADMIN = Caller.admin(UUID.randomUUID(), "tester", Mode.LIVE);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String BY = "admin:" + ADMIN.id();

    /** So that what is left over goes while a test waits; what lives is not taken for dead, however busy the machine is. */
    private static final Caretaker.Pace QUICK =
            new Caretaker.Pace(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMinutes(1));

    private static final Caretaker.Pace SOON_DEAD =
            new Caretaker.Pace(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofSeconds(2));

    private final TestLog log = new TestLog();
    private final Interruptions interruptions = new Interruptions();
    private final MongoClient client =
            MongoClients.create(Servers.temporary().mongo().uri());
    private final MongoDatabase database =
            client.getDatabase("t" + UUID.randomUUID().toString().replace("-", ""));
    private final ReadStore store = new ReadStore(database, Clock.systemUTC(), interruptions);
    private final List<Instance> instances = new ArrayList<>();

    /** One instance of the service. */
    private final class Instance {
        final Progress progress = new Progress(log.log::highest, () -> 0);
        final Projection<Tag> projection =
                new FoldProjection<>(Tag.CONCEPT, 1, tag -> new Document("name", tag.name()), "name");
        final Follower follower =
                new Follower(List.of(projection), store, log.log, log.broker(), log.json, progress, Traces.off());
        final Documents<Tag> tags = new Reads(store, follower::current, log.log, Clock.systemUTC()).of(projection);
        final Replays replays = new Replays(List.of(projection), store, Clock.systemUTC());
        final String name = UUID.randomUUID().toString();
        final Rebuilder rebuilder =
                new Rebuilder(List.of(projection), replays, store, log.log, follower, List.of(), name, Rebuilder.DEATH);
        final Caretaker caretaker;

        Instance() {
            this(QUICK);
        }

        Instance(Caretaker.Pace pace) {
            caretaker = new Caretaker(follower, store, replays, Clock.systemUTC(), name, pace);
        }

        Instance start() throws InterruptedException {
            instances.add(this);
            caretaker.start();
            follower.start();
            rebuilder.start();
            shows(log.last());
            return this;
        }

        void stop() {
            rebuilder.stop();
            follower.stop();
            caretaker.stop();
        }

        void shows(long position) throws InterruptedException {
            assertThat(progress.await(position, LONG)).isTrue();
        }

        Replay replay() {
            return replays.request(Set.of("tag"), BY).getFirst();
        }

        Replay over(Replay replay) {
            await().atMost(LONG).until(() -> now(replay).over());
            return now(replay);
        }

        Replay now(Replay replay) {
            return replays.find(replay.id()).orElseThrow();
        }

        String name(UUID tag) {
            return tags.visibleTo(ADMIN).find(tag).orElseThrow().state().name();
        }
    }

    @AfterEach
    void stop() {
        instances.forEach(Instance::stop);
        client.close();
        log.close();
    }

    @Test
    void curesWhatHasBeenTamperedWith() throws InterruptedException {
        List<UUID> tags = IntStream.range(0, 20).mapToObj(i -> log.tag("t" + i)).toList();
        Instance instance = new Instance().start();
        database.getCollection("tag_v1")
                .deleteOne(new Document("_id", tags.get(3).toString()));
        assertThat(instance.tags.visibleTo(ADMIN).find(tags.get(3))).isEmpty();

        Replay replay = instance.replay();
        assertThat(replay.requestedBy()).isEqualTo(BY);
        Replay done = instance.over(replay);
        assertThat(done.status()).isEqualTo("done");
        assertThat(done.eventsDone()).isEqualTo(20).isEqualTo(done.eventsTotal());
        assertThat(done.position()).isEqualTo(log.last());
        assertThat(instance.name(tags.get(3))).isEqualTo("t3");
        assertThat(instance.replays.active()).isEmpty();
        assertThat(instance.replay().id()).isNotEqualTo(replay.id());
    }

    @Test
    void curesAParkedDocumentWhoseEventsCanBeReadAgain() throws InterruptedException {
        UUID tag = UUID.randomUUID();
        log.append(new TagCreated(tag, TestLog.AT, "red", "red"));
        log.appendUnheardOf(new TagChanged(tag, TestLog.AT, "crimson", "crimson"));
        Instance instance = new Instance().start();
        await().atMost(LONG).until(() -> store.countParked() == 1);
        log.jdbc
                .sql("update events set type = 'tag.changed' where type = 'tag.unheard_of'")
                .update();

        instance.over(instance.replay());
        assertThat(instance.name(tag)).isEqualTo("crimson");
        assertThat(instance.tags.visibleTo(ADMIN).find(tag).orElseThrow().stale())
                .isFalse();
        assertThat(store.countParked()).isZero();
    }

    @Test
    void isOneForAllWhoAskMeanwhile() throws InterruptedException {
        log.tag("red");
        Replays asked = new Replays(List.of(new Instance().projection), store, Clock.systemUTC());
        List<Replay> answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> asked.request(Set.of("tag"), BY).getFirst())
                .toList();
        assertThat(answers)
                .extracting(Replay::id)
                .containsOnly(answers.getFirst().id());
        Instance instance = new Instance().start();
        assertThat(instance.over(answers.getFirst()).status()).isEqualTo("done");
    }

    @Test
    void leavesNothingBehindWhereverItIsAborted() throws InterruptedException {
        log.copy(log.tag("red"), 2_999);
        Instance instance = new Instance().start();
        new Instance().start();
        String read = store.current(instance.projection);
        Random random = new Random(7);
        for (int i = 0; i < 12; i++) {
            Replay replay = instance.replay();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(900));
            boolean aborted = instance.replays.abort(replay.id()).isPresent();
            Replay over = instance.over(replay);
            assertThat(over.status()).isEqualTo(aborted ? "aborted" : "done");
            if (!aborted) read = over.collection();
            assertThat(store.current(instance.projection)).isEqualTo(read);
        }
        String last = read;
        // what reads have left stays for a minute more, but nothing of what was aborted
        Set<String> allowed = instances.stream()
                .flatMap(one -> one.follower.collections().stream())
                .collect(java.util.stream.Collectors.toSet());
        await().atMost(LONG).untilAsserted(() -> assertThat(allowed).containsAll(store.collections()));
        assertThat(store.collections()).contains(last);
        assertThat(store.collection(last).countDocuments()).isEqualTo(3_000);
    }

    @Test
    void goesOnInAnotherInstance() throws InterruptedException {
        log.copy(log.tag("red"), 3_999);
        Instance first = new Instance().start();
        Replay replay = first.replay();
        await().atMost(LONG).until(() -> first.now(replay).eventsDone() > 0);
        first.stop();
        Instance second = new Instance().start();
        Replay done = second.over(replay);
        assertThat(done.status()).isEqualTo("done");
        assertThat(done.eventsDone()).isEqualTo(4_000);
        assertThat(store.collection(done.collection()).countDocuments()).isEqualTo(4_000);
    }

    @Test
    void staysWhereItWasGivenUpByWhoLostIt() throws InterruptedException {
        Instance instance = new Instance();
        AtomicInteger attempts = new AtomicInteger();
        Rebuilder failing = new Rebuilder(
                List.of(instance.projection),
                instance.replays,
                store,
                eventLogThatIsAway(attempts),
                instance.follower,
                List.of(),
                "failing",
                Rebuilder.DEATH);
        Replay replay = instance.replay();
        failing.start();
        await().atMost(LONG).until(() -> attempts.get() > 0);
        await("another instance goes on with it")
                .atMost(LONG)
                .until(() -> instance.replays.claim(instance.replays.open().getFirst(), "another"));
        store.collection(replay.collection()).insertOne(new Document("_id", "what it has written"));
        await().atMost(LONG).until(() -> attempts.get() == 5); // after that it gives up
        failing.stop();
        assertThat(instance.now(replay).status()).isEqualTo("running");
        assertThat(store.collection(replay.collection()).countDocuments()).isEqualTo(1);
    }

    @Test
    void saysInPlainWordsThatItFailed() throws InterruptedException {
        Instance instance = new Instance();
        Rebuilder failing = new Rebuilder(
                List.of(instance.projection),
                instance.replays,
                store,
                eventLogThatIsAway(new AtomicInteger()),
                instance.follower,
                List.of(),
                "failing",
                Rebuilder.DEATH);
        Replay replay = instance.replay();
        failing.start();
        Replay failed = instance.over(replay);
        failing.stop();
        assertThat(failed.status()).isEqualTo("failed");
        assertThat(failed.error()).isEqualTo("Something unexpected; the shop's log says more");
    }

    /** Counts how often it is asked for. */
    private EventLog eventLogThatIsAway(AtomicInteger asked) {
        DataSource away = new AbstractDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                asked.incrementAndGet();
                throw new SQLException("away");
            }

            @Override
            public Connection getConnection(String user, String password) throws SQLException {
                return getConnection();
            }
        };
        JdbcClient jdbc = JdbcClient.create(away);
        MasterKey master = MasterKey.of(Base64.getEncoder().encodeToString(new byte[32]));
        return new EventLog(jdbc, EventStoreConfiguration.ownTransaction(away), log.json, new Sealing(jdbc, master));
    }

    @Test
    void neverShowsAnythingOlderThanBefore() throws Exception {
        List<UUID> tags = IntStream.range(0, 10).mapToObj(i -> log.tag("0")).toList();
        log.copy(tags.getFirst(), 2_000);
        log.tag("end");
        List<Instance> all = List.of(new Instance().start(), new Instance().start(), new Instance().start());
        CountDownLatch over = new CountDownLatch(1);
        List<Throwable> wrong = new java.util.concurrent.CopyOnWriteArrayList<>();
        List<Thread> readers = new ArrayList<>();
        for (Instance one : all)
            readers.add(Thread.ofPlatform().start(() -> {
                long[] seen = new long[10];
                for (int i = 0; over.getCount() > 0; i = (i + 1) % 10) {
                    try {
                        long now = one.tags
                                .visibleTo(ADMIN)
                                .find(tags.get(i))
                                .orElseThrow()
                                .sequence();
                        if (now < seen[i]) throw new AssertionError(now + " after " + seen[i]);
                        seen[i] = now;
                    } catch (RuntimeException | Error e) {
                        wrong.add(e);
                    }
                }
            }));
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; over.getCount() > 0; i++) log.rename(tags.get(i % 10), "name " + i);
        });
        for (int i = 0; i < 4; i++)
            assertThat(all.getFirst().over(all.getFirst().replay()).status()).isEqualTo("done");
        over.countDown();
        writer.join();
        for (Thread reader : readers) reader.join();
        assertThat(wrong).isEmpty();
        for (Instance one : all) {
            one.shows(log.last());
            await().atMost(LONG).until(() -> one.follower.collections().contains(store.current(one.projection)));
        }
    }

    @Test
    void dropsWhatADeadInstanceUsed() throws InterruptedException {
        Instance instance = new Instance(SOON_DEAD).start();
        store.use("dead", Set.of("tag_v1_77"));
        store.raise("tag_v1_77", 0, 1);
        await().atMost(LONG).until(() -> !store.collections().contains("tag_v1_77"));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(store.used())
                        .extracting(ReadStore.Instance::id)
                        .containsExactly(instance.name));
    }
}
