package io.tillstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.nio.file.Files;
import java.nio.file.Path;
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
