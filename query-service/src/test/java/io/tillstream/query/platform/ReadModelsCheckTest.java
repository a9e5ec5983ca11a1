package io.tillstream.query.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import io.tillstream.events.tag.Tag;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.http.trace.Traces;
import io.tillstream.store.Appended;
import io.tillstream.store.Horizon;
import io.tillstream.store.verify.Found;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code ./tillstream verify} says of documents: nothing of right ones, and a line of each wrong one. */
class ReadModelsCheckTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final TestLog log = new TestLog();
    private final MongoClient client =
            MongoClients.create(Servers.temporary().mongo().uri());
    private final MongoDatabase database =
            client.getDatabase("t" + UUID.randomUUID().toString().replace("-", ""));
    private final ReadStore store = new ReadStore(database, Clock.systemUTC(), new Interruptions());
    private final Projection<Tag> tags =
            new FoldProjection<>(Tag.CONCEPT, 1, tag -> new Document("name", tag.name()), "name");
    private final Replays replays = new Replays(List.of(tags), store, Clock.systemUTC());
    private final Progress progress = new Progress(log.log::highest, () -> 0);
    private final Follower follower =
            new Follower(List.of(tags), store, log.log, log.broker(), log.json, progress, Traces.off());
    private final Rebuilder rebuilder =
            new Rebuilder(List.of(tags), replays, store, log.log, follower, List.of(), "test", Rebuilder.DEATH);
    private final List<UUID> made = new ArrayList<>();

    @BeforeEach
    void start() throws InterruptedException {
        IntStream.range(0, 40).forEach(i -> made.add(log.tag("t" + i)));
        log.publishOf("user", Mode.TEST, new UserRegistered(UUID.randomUUID(), TestLog.AT, "ada@example.com", "Ada"));
        follower.start();
        rebuilder.start();
        assertThat(progress.await(log.last(), LONG)).isTrue();
    }

    @AfterEach
    void stop() {
        rebuilder.stop();
        follower.stop();
        client.close();
        log.close();
    }

    private Found check() {
        return Found.by(new ReadModelsCheck(List.of(tags), store, log.log, new Horizon(log.log, new Appended()), 7));
    }

    @Test
    void findsNothingWhileEventsArriveAndReadsSwitch() throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(1);
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; enough.getCount() > 0; i++) {
                if (i % 5 == 0) made.add(log.tag("more " + i));
                log.rename(made.get(i % 40), "name " + i);
            }
        });
        try {
            for (int i = 0; i < 6; i++) {
                if (i % 2 == 1) replays.request(Set.of("tag"), "test");
                assertThat(check().differences()).isEmpty();
            }
        } finally {
            enough.countDown();
            writer.join();
        }
    }

    @Test
    void namesEachWrongDocumentAndItsCure() throws InterruptedException {
        MongoCollection<Document> documents = database.getCollection("tag_v1");
        Document edited = document(documents, 3);
        String state = edited.getString("state").replace("\"t3\"", "\"T3\"");
        set(documents, 3, "state", state);
        set(documents, 4, "name", "another");
        set(documents, 5, "position", 0L);
        set(documents, 6, "deleted", true);
        set(documents, 7, "mode", "test");
        documents.deleteOne(new Document("_id", made.get(8).toString()));
        UUID extra = UUID.randomUUID();
        documents.insertOne(new Document(edited).append("_id", extra.toString()));
        documents.insertOne(new Document(edited).append("_id", "no id"));

        Found found = check();
        assertThat(found.differences())
                .containsExactlyInAnyOrder(
                        line(3, "differs in state"),
                        line(4, "differs in name"),
                        line(5, "differs in position"),
                        line(6, "differs in deleted"),
                        line(7, "differs in mode"),
                        line(8, "is missing"),
                        "tag_v1: document " + extra + " is there, though no event made it",
                        "tag_v1: a document's id is none: no id");
        assertThat(found.notes()).containsExactly("`./tillstream replay tag` cures that");

        Replay replay = replays.request(Set.of("tag"), "test").getFirst();
        await().atMost(LONG).until(() -> replays.find(replay.id()).orElseThrow().done());
        assertThat(check().differences()).isEmpty();
    }

    @Test
    void namesADocumentThatLacksItsLastEvent() throws InterruptedException {
        Document before = document(database.getCollection("tag_v1"), 1);
        log.rename(made.get(1), "renamed");
        assertThat(progress.await(log.last(), LONG)).isTrue();
        database.getCollection("tag_v1").replaceOne(new Document("_id", before.getString("_id")), before);
        assertThat(check().differences()).singleElement().asString().startsWith(line(1, "differs in "));
    }

    @Test
    void namesADocumentThatStandsStill() throws InterruptedException {
        log.appendUnheardOf(new TagChanged(made.get(2), TestLog.AT, "unread", "unread"));
        log.tag("later");
        assertThat(progress.await(log.last(), LONG)).isTrue();
        await().atMost(LONG).until(() -> store.countParked() == 1);
        assertThat(check().differences()).containsExactly(line(2, "stands still at an event that it couldn't digest"));
    }

    private String line(int tag, String what) {
        return "tag_v1: document " + made.get(tag) + " " + what;
    }

    private Document document(MongoCollection<Document> documents, int tag) {
        Document found =
                documents.find(new Document("_id", made.get(tag).toString())).first();
        assertThat(found).isNotNull();
        return found;
    }

    private void set(MongoCollection<Document> documents, int tag, String field, Object value) {
        documents.updateOne(
                new Document("_id", made.get(tag).toString()), new Document("$set", new Document(field, value)));
    }
}
