package io.tillstream.query.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tillstream.embedded.MongoServer;
import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import io.tillstream.events.category.Category;
import io.tillstream.events.category.CategoryEvent.CategoryCreated;
import io.tillstream.events.tag.Tag;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.http.access.Caller;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.trace.Traces;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FollowerTest {
    private static final Caller ADMIN = Caller.admin(UUID.randomUUID(), "tester", Mode.LIVE);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final TestLog log = new TestLog();
    private final MongoServer mongo = MongoServer.start(Servers.temporary().newFolder(), 0);
    private final Interruptions interruptions = new Interruptions();
    private final MongoClient client = MongoClients.create(MongoClientSettings.builder()
            .applyConnectionString(new ConnectionString(mongo.uri() + "/?serverSelectionTimeoutMS=500"))
            .applyToConnectionPoolSettings(pool -> pool.addConnectionPoolListener(interruptions))
            .build());
    private final ReadStore store = new ReadStore(client.getDatabase("t"), Clock.systemUTC(), interruptions);
    private final List<Instance> instances = new ArrayList<>();

    /** One instance of the service. */
    private final class Instance {
        final Progress progress;
        final Projection<Tag> projection;
        final Follower follower;
        final Documents<Tag> tags;
        final Replays replays;
        private final Rebuilder rebuilder;
        private final Caretaker caretaker;

        Instance(int version, TestLog log, Projection<?>... more) {
            List<Projection<?>> projections = new ArrayList<>(List.of(more));
            progress = new Progress(log.log::highest, () -> 0);
            projection = new FoldProjection<>(Tag.CONCEPT, version, tag -> new Document("name", tag.name()), "name");
            projections.add(projection);
            follower = new Follower(projections, store, log.log, log.broker(), log.json, progress, Traces.off());
            tags = new Reads(store, follower::current, log.log, Clock.systemUTC()).of(projection);
            replays = new Replays(List.of(projection), store, Clock.systemUTC());
            String name = UUID.randomUUID().toString();
            rebuilder = new Rebuilder(
                    List.of(projection), replays, store, log.log, follower, List.of(), name, Rebuilder.DEATH);
            caretaker = new Caretaker(follower, store, replays, Clock.systemUTC(), name, Caretaker.Pace.USUAL);
            instances.add(this);
            caretaker.start();
            follower.start();
            rebuilder.start();
        }

        void stop() {
            rebuilder.stop();
            follower.stop();
            caretaker.stop();
        }

        void shows(long position) throws InterruptedException {
            assertThat(progress.await(position, LONG)).isTrue();
        }

        String name(UUID tag) {
            return tags.visibleTo(ADMIN).find(tag).orElseThrow().state().name();
        }
    }

    private Instance instance() {
        return new Instance(1, log);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() {
        instances.forEach(Instance::stop);
        client.close();
        mongo.stop();
        log.close();
    }

    @Test
    void showsWhatTheTopicBrings() throws InterruptedException {
        Instance instance = instance();
        await().atMost(LONG).until(instance.follower::connected);
        UUID tag = log.tag("red");
        log.rename(tag, "crimson");
        instance.shows(log.last());
        assertThat(instance.name(tag)).isEqualTo("crimson");
    }

    @Test
    void takesFromTheStoreWhatTheTopicNoLongerHas() throws InterruptedException {
        UUID tag = UUID.randomUUID();
        log.append(new TagCreated(tag, TestLog.AT, "old", "old"));
        Instance instance = instance();
        instance.shows(log.last());
        assertThat(instance.name(tag)).isEqualTo("old");
    }

    @Test
    void fillsAHoleFromTheStore() throws InterruptedException {
        Instance instance = instance();
        await().atMost(LONG).until(instance.follower::connected);
        UUID tag = log.tag("red");
        log.append(new TagChanged(tag, TestLog.AT, "lost", "lost"));
        UUID other = UUID.randomUUID();
        log.append(new TagCreated(other, TestLog.AT, "never sent", "never-sent"));
        log.rename(tag, "crimson");
        instance.shows(log.last());
        assertThat(instance.name(tag)).isEqualTo("crimson");
        assertThat(instance.name(other)).isEqualTo("never sent");
        assertThat(instance.tags.visibleTo(ADMIN).find(tag).orElseThrow().sequence())
                .isEqualTo(2);
    }

    @Test
    void takesInMoreThanIsReadAtATime() throws InterruptedException {
        UUID tag = log.tag("red");
        String large = "x".repeat(900_000);
        for (int i = 0; i < 40; i++) log.append(new TagChanged(tag, TestLog.AT, large + i, "large"));
        Instance instance = instance();
        instance.shows(log.last());
        Stored<Tag> stored = instance.tags.visibleTo(ADMIN).find(tag).orElseThrow();
        assertThat(stored.state().name()).endsWith("x39");
        assertThat(stored.sequence()).isEqualTo(40);
    }

    @Test
    void goesOnWhereItWas() throws InterruptedException {
        Instance first = instance();
        UUID tag = log.tag("red");
        first.shows(log.last());
        first.follower.stop();
        log.rename(tag, "crimson");
        Instance second = instance();
        second.shows(log.last());
        assertThat(second.name(tag)).isEqualTo("crimson");
    }

    @Test
    void losesNothingWhenTheReadStoreIsKilled() throws InterruptedException {
        Instance instance = instance();
        await().atMost(LONG).until(instance.follower::connected);
        List<UUID> tags = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            tags.add(log.tag("tag " + i));
            if (i % 100 == 50) mongo.kill();
            if (i % 100 == 80) mongo.start();
        }
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(instance.tags.visibleTo(ADMIN).findAll(tags)).hasSize(300));
        instance.shows(log.last());
        assertThat(store.checkpoint("tag_v1")).isLessThanOrEqualTo(log.last());
    }

    @Test
    void readsAllAgainWhereTheReadStoreIsEmptiedUnderIt() throws InterruptedException {
        Instance instance = instance();
        UUID old = log.tag("red");
        UUID renamed = log.tag("blue");
        instance.shows(log.last());
        emptied(log.last());
        UUID next = log.tag("green");
        instance.shows(log.last());
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(instance.tags.visibleTo(ADMIN).findAll(List.of(old, renamed, next)))
                        .hasSize(3));
        emptied(log.last());
        log.rename(renamed, "navy");
        await().atMost(LONG)
                .ignoreExceptions()
                .until(() -> instance.name(renamed).equals("navy"));
        assertThat(instance.name(old)).isEqualTo("red");
        assertThat(store.countParked()).isZero();
        await("what the documents tell of is noted again")
                .atMost(LONG)
                .until(() -> store.told().isPresent());
    }

    /** As soon as the store has noted all that it shows. */
    private void emptied(long position) {
        await().atMost(LONG)
                .until(() -> store.checkpoint("tag_v1") == position
                        && store.told()
                                .filter(told -> told.position() == position)
                                .isPresent());
        client.getDatabase("t").drop();
    }

    @Test
    void goesOnFromTheStoreWhileTheBrokerIsDeadAndFromTheTopicWhenItIsBack() throws InterruptedException {
        Instance instance = instance();
        await().atMost(LONG).until(instance.follower::connected);
        UUID tag = log.tag("red");
        instance.shows(log.last());
        log.kafka.kill();
        try {
            log.append(new TagChanged(tag, TestLog.AT, "crimson", "crimson"));
            instance.shows(log.last());
            assertThat(instance.name(tag)).isEqualTo("crimson");
            await().atMost(LONG).until(() -> !instance.follower.connected());
        } finally {
            log.kafka.start();
        }
        await().atMost(LONG).until(instance.follower::connected);
        log.rename(tag, "scarlet");
        instance.shows(log.last());
        assertThat(instance.name(tag)).isEqualTo("scarlet");
    }

    @Test
    void isHarmlessInSeveralInstances() throws InterruptedException {
        List<Instance> all = List.of(instance(), instance(), instance());
        List<UUID> tags = IntStream.range(0, 20).mapToObj(i -> log.tag("t")).toList();
        for (int i = 0; i < 200; i++) log.rename(tags.get(i % 20), "name " + i);
        for (Instance one : all) one.shows(log.last());
        for (int i = 0; i < 20; i++) {
            Stored<Tag> stored =
                    all.getFirst().tags.visibleTo(ADMIN).find(tags.get(i)).orElseThrow();
            assertThat(stored.state().name()).isEqualTo("name " + (180 + i));
            assertThat(stored.sequence()).isEqualTo(10);
        }
        assertThat(store.countParked()).isZero();
    }

    @Test
    void setsAsideWhatCannotBeRead() throws InterruptedException {
        UUID broken = UUID.randomUUID();
        log.append(new TagCreated(broken, TestLog.AT, "fine", "fine"));
        log.appendUnheardOf(new TagChanged(broken, TestLog.AT, "unread", "unread"));
        UUID other = log.tag("other");
        Instance instance = instance();
        instance.shows(log.last());
        assertThat(instance.name(other)).isEqualTo("other");
        assertThat(instance.tags.visibleTo(ADMIN).find(broken).orElseThrow().stale())
                .isTrue();
        assertThat(store.countParked()).isEqualTo(1);
    }

    @Test
    void buildsANewVersionFromTheStoreAndKeepsTheOld() throws InterruptedException {
        Instance old = instance();
        UUID tag = log.tag("red");
        old.shows(log.last());
        Instance next = new Instance(2, log);
        next.shows(log.last());
        assertThat(next.name(tag)).isEqualTo("red");
        log.rename(tag, "crimson");
        old.shows(log.last());
        next.shows(log.last());
        assertThat(old.name(tag)).isEqualTo("crimson");
        assertThat(next.name(tag)).isEqualTo("crimson");
        assertThat(store.current(next.projection)).isEqualTo("tag_v2");
    }

    @Test
    void tellsThatReadsShowMoreWhileAProjectionIsBuilt() throws InterruptedException {
        Instance before = instance();
        UUID tag = log.tag("red");
        CategoryCreated created =
                new CategoryCreated(UUID.randomUUID(), TestLog.AT, "colours", "colours", "What tags say");
        log.publishOf("category", Mode.LIVE, created);
        before.shows(log.last());
        before.stop();
        CountDownLatch folding = new CountDownLatch(1);
        Projection<Category> slow = new FoldProjection<>(Category.CONCEPT, 1, category -> {
            awaitQuietly(folding);
            return new Document("name", category.name());
        });
        Instance instance = new Instance(1, log, slow);
        try {
            await().atMost(LONG).until(instance.follower::connected);
            assertThat(instance.follower.building()).containsExactly("category_v1");
            Object shown = instance.progress.shown();
            log.rename(tag, "crimson");
            await().atMost(LONG).until(() -> instance.name(tag).equals("crimson"));
            await("an answer that said red is kept no longer")
                    .atMost(LONG)
                    .until(() -> !instance.progress.shown().equals(shown));
            assertThat(instance.follower.building()).containsExactly("category_v1");
        } finally {
            folding.countDown();
        }
        instance.shows(log.last());
    }

    @Test
    void rebuildsBesideWhatIsReadAndSwitches() throws InterruptedException {
        Instance instance = instance();
        Instance neighbour = instance();
        UUID tag = log.tag("red");
        instance.shows(log.last());
        neighbour.shows(log.last());
        client.getDatabase("t")
                .getCollection("tag_v1")
                .updateOne(new Document("_id", tag.toString()), new Document("$set", new Document("mode", "test")));
        assertThat(instance.tags.visibleTo(ADMIN).find(tag)).isEmpty();

        instance.replays.request(Set.of("tag"), "admin:test");
        await().atMost(LONG)
                .until(() -> instance.tags.visibleTo(ADMIN).find(tag).isPresent());
        await().atMost(LONG)
                .until(() -> neighbour.tags.visibleTo(ADMIN).find(tag).isPresent());
        assertThat(store.current(instance.projection)).isEqualTo("tag_v1_1");
        log.rename(tag, "crimson");
        instance.shows(log.last());
        neighbour.shows(log.last());
        assertThat(instance.name(tag)).isEqualTo("crimson");
        assertThat(neighbour.name(tag)).isEqualTo("crimson");
    }

    @Test
    void doesNotWaitAgainForWhatDidNotCome() throws InterruptedException {
        Instance instance = instance();
        await().atMost(LONG).until(instance.follower::connected);
        await().atMost(LONG).until(() -> !instance.progress.degraded());
        assertThat(instance.progress.await(1_000_000, Duration.ofMillis(10))).isFalse();
        await("nobody is kept from waiting by a position that doesn't exist")
                .atMost(LONG)
                .until(() -> !instance.progress.degraded());
    }

    @Test
    void readsNothingWhereTheDocumentsTellAnotherHistory() throws InterruptedException {
        Instance ours = instance();
        UUID tag = log.tag("red");
        ours.shows(log.last());
        await().atMost(LONG).until(() -> store.told().isPresent());
        ours.stop();
        try (TestLog elsewhere = new TestLog()) {
            UUID other = elsewhere.tag("blue");
            Instance theirs = new Instance(1, elsewhere);
            await().atMost(LONG).until(() -> theirs.follower.foreign() != null);
            assertThat(theirs.follower.foreign()).contains("belongs to another event store");
            assertThat(catchThrowableOfType(Invalid.class, () -> theirs.name(tag))
                            .code())
                    .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            client.getDatabase("t").drop();
            theirs.shows(elsewhere.last());
            assertThat(theirs.follower.foreign()).isNull();
            assertThat(theirs.name(other)).isEqualTo("blue");
            theirs.stop();
        }
    }
}
