package io.tillstream.embedded.documents;

import static com.mongodb.client.model.Filters.eq;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoException;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import de.bwaldvogel.mongo.backend.DocumentComparator;
import de.bwaldvogel.mongo.backend.Index;
import io.tillstream.embedded.MongoServer;
import io.tillstream.embedded.Servers;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.Document;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;

/** A store's process is killed while it writes; what its file then holds. */
class KilledStoreTest {
    private static final List<String> KEYS = List.of("name", "price", "at");
    private static final int KILLS = 2;
    private static final int BATCHES = 40;

    private final Path folder = Servers.temporary().newFolder();
    private final Random random = new Random();

    /** The process that is killed. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] arguments) throws Exception {
            MongoServer server = MongoServer.start(Path.of(arguments[0]), 0);
            System.out.println("at " + server.uri());
            System.in.transferTo(System.out);
            System.exit(0);
        }
    }

    @Test
    void hasDocumentsAndIndexesThatAgree() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            onVictim(this::writeUntilKilled);
            compare();
        }
    }

    @Test
    void hasWhatWasToBeJournaled() throws Exception {
        onVictim((uri, victim) -> {
            try (MongoClient client = MongoClients.create(uri)) {
                client.getDatabase("d")
                        .getCollection("c")
                        .withWriteConcern(WriteConcern.JOURNALED)
                        .insertOne(new Document("_id", "kept"));
                victim.destroyForcibly();
            }
        });
        MVStore store = DocumentBackend.store().fileName(file().toString()).open();
        try {
            assertThat(store.openMap("databases.d.c", DocumentCollection.MAP).sizeAsLong())
                    .isEqualTo(1);
        } finally {
            store.close();
        }
    }

    @FunctionalInterface
    private interface Work {
        void on(String uri, Process victim) throws IOException;
    }

    /** It is dead afterwards. */
    private void onVictim(Work work) throws Exception {
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = victim.inputReader(UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.startsWith("at ")) line = out.readLine();
            assertThat(line).isNotNull();
            work.on(line.substring(3), victim);
        } finally {
            victim.destroyForcibly().waitFor();
        }
    }

    private void writeUntilKilled(String uri, Process victim) throws IOException {
        try (MongoClient client = MongoClients.create(uri + "/?serverSelectionTimeoutMS=20000")) {
            MongoCollection<Document> collection = client.getDatabase("d").getCollection("c");
            KEYS.forEach(key -> collection.createIndex(Indexes.ascending("mode", "deleted", key, "_id")));
            collection.bulkWrite(writes());
            // Killed before the store wrote to its file, it would leave nothing to look at.
            FileTime before = Files.getLastModifiedTime(file());
            while (Files.getLastModifiedTime(file()).equals(before)) collection.bulkWrite(writes());
            for (int batch = 0; batch < BATCHES; batch++) collection.bulkWrite(writes());
            Thread.ofVirtual().start(victim::destroyForcibly);
            while (true) collection.bulkWrite(writes());
        } catch (MongoException e) {
            assertThat(victim.onExit()).as("killed, not failed: %s", e).succeedsWithin(Duration.ofSeconds(30));
        }
    }

    private List<ReplaceOneModel<Document>> writes() {
        List<ReplaceOneModel<Document>> writes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Document document = new Document("_id", "id" + random.nextInt(5000))
                    .append("mode", "live")
                    .append("deleted", false)
                    .append("name", "n" + random.nextInt(100))
                    .append("price", random.nextInt(10))
                    .append("at", random.nextLong())
                    .append("state", "x".repeat(500));
            writes.add(
                    new ReplaceOneModel<>(eq(document.getString("_id")), document, new ReplaceOptions().upsert(true)));
        }
        return writes;
    }

    private Path file() {
        return folder.resolve("documents.mv");
    }

    private void compare() {
        MVStore store = DocumentBackend.store().fileName(file().toString()).open();
        // Before the backend sees them: it would fill an index anew that misses some.
        long size = store.openMap("databases.d.c", DocumentCollection.MAP).sizeAsLong();
        for (String key : KEYS) {
            String map = "d.c._index_mode_1_deleted_1_" + key + "_1__id_1";
            assertThat(store.openMap(map, OrderedIndex.MAP).sizeAsLong())
                    .as(map)
                    .isEqualTo(size);
        }
        DocumentBackend backend = new DocumentBackend(store);
        try {
            var collection = (DocumentCollection) backend.resolveDatabase("d").resolveCollection("c", true);
            List<de.bwaldvogel.mongo.bson.Document> documents =
                    new ArrayList<>(collection.queryAllAsStream().toList());
            assertThat(documents).isNotEmpty();
            int compared = 0;
            for (Index<Object> index : collection.getIndexes()) {
                if (!(index instanceof OrderedIndex ordered)) continue;
                var order = new de.bwaldvogel.mongo.bson.Document();
                ordered.fields().forEach(field -> order.append(field, 1));
                documents.sort(new DocumentComparator(order));
                List<Object> ids = new ArrayList<>();
                ordered.ids(Plan.ALL, false).forEachRemaining(ids::add);
                assertThat(ids)
                        .as(index.getName())
                        .isEqualTo(documents.stream()
                                .map(document -> document.get("_id"))
                                .toList());
                compared++;
            }
            assertThat(compared).isEqualTo(KEYS.size());
        } finally {
            backend.close();
        }
    }
}
