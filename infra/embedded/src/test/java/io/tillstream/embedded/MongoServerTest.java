package io.tillstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.Document;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;

class MongoServerTest {
    private final Path folder = Servers.temporary().newFolder();

    @Test
    void keepsItsDocumentsOverAStop() {
        try (MongoServer server = MongoServer.start(folder, 0)) {
            insert(server);
            server.stop();
            assertThat(server.running()).isFalse();
            server.start();
            assertThat(count(server)).isEqualTo(1);
        }
    }

    @Test
    void startsAgainAfterAKill() {
        try (MongoServer server = MongoServer.start(folder, 0)) {
            insert(server);
            server.kill();
            assertThat(server.running()).isFalse();
            server.start();
            assertThat(count(server)).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void putsAFileAsideThatItCannotReadUntilTheNextStart() throws Exception {
        Files.writeString(folder.resolve("documents.mv"), "not a store".repeat(2000));
        try (MongoServer server = MongoServer.start(folder, 0)) {
            assertThat(count(server)).isZero();
            assertThat(folder.resolve("documents.mv.broken")).exists();
            server.stop();
            server.start();
            assertThat(folder.resolve("documents.mv.broken")).doesNotExist();
        }
    }

    @Test
    void putsAFileAsideOfAnotherKind() {
        try (MVStore other = MVStore.open(folder.resolve("documents.mv").toString())) {
            other.openMap("databases.d.c").put("id", "a document of an earlier version");
        }
        try (MongoServer server = MongoServer.start(folder, 0)) {
            assertThat(count(server)).isZero();
            assertThat(folder.resolve("documents.mv.broken")).exists();
        }
    }

    @Test
    void takesDocumentsAfterItWasEmptiedUnderItsWriters() throws Exception {
        try (MongoServer server = MongoServer.start(folder, 0);
                MongoClient client = MongoClients.create(server.uri());
                ExecutorService writers = Executors.newFixedThreadPool(3)) {
            MongoDatabase database = client.getDatabase("d");
            for (int round = 0; round < 100; round++) {
                AtomicBoolean emptied = new AtomicBoolean();
                CountDownLatch written = new CountDownLatch(3);
                List<Future<?>> writing = new ArrayList<>();
                for (int writer = 0; writer < 3; writer++) {
                    MongoCollection<Document> collection = database.getCollection("c" + writer);
                    writing.add(writers.submit(() -> {
                        while (!emptied.get())
                            try {
                                collection.insertOne(new Document("name", "red"));
                                written.countDown();
                                collection.createIndex(new Document("name", 1));
                            } catch (MongoException e) {
                                // of what is removed meanwhile; not of what is new
                            }
                    }));
                }
                written.await();
                database.drop();
                emptied.set(true);
                for (Future<?> each : writing) each.get();
                for (int writer = 0; writer < 3; writer++)
                    database.getCollection("c" + writer).insertOne(new Document("name", "green"));
            }
        }
    }

    private static void insert(MongoServer server) {
        try (MongoClient client = MongoClients.create(server.uri())) {
            client.getDatabase("d").getCollection("c").insertOne(new Document("_id", 1));
        }
    }

    private static long count(MongoServer server) {
        try (MongoClient client = MongoClients.create(server.uri())) {
            return client.getDatabase("d").getCollection("c").countDocuments();
        }
    }
}
