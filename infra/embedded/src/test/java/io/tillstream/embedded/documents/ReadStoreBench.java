package io.tillstream.embedded.documents;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Projections.exclude;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOneModel;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import io.tillstream.embedded.Servers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.h2.mvstore.MVStore;

/**
 * Times this store and the library's own beside each other, on documents like products with nine indexes. Arguments: the
 * store and how many documents, such as {@code library=1000 indexed=1000 indexed=100000}. Not a test.
 */
public final class ReadStoreBench {
    private static final List<String> KEYS = List.of(
            "created_at", "updated_at", "name", "slug", "price", "is_active", "is_featured", "category_ids", "tag_ids");

    private ReadStoreBench() {}

    public static void main(String[] arguments) throws Exception {
        for (String run : arguments) {
            String[] parts = run.split("=", 2);
            run(parts[0], Integer.parseInt(parts[1]));
        }
    }

    private static AbstractMongoBackend backend(String which, Path file) {
        return which.equals("library")
                ? new H2Backend(new MVStore.Builder()
                        .fileName(file.toString())
                        .cacheSize(16)
                        .open())
                : new DocumentBackend(DocumentBackend.store()
                        .fileName(file.toString())
                        .cacheSize(16)
                        .open());
    }

    private static void run(String which, int size) throws Exception {
        Path file = Servers.temporary().newFolder().resolve("documents.mv");
        MongoServer server = new MongoServer(backend(which, file));
        Random random = new Random(1);
        List<Document> all = new ArrayList<>();
        for (int i = 0; i < size; i++) all.add(document(i, random));
        try (MongoClient client =
                MongoClients.create("mongodb://127.0.0.1:" + server.bind().getPort())) {
            MongoCollection<Document> raw = client.getDatabase("d").getCollection("raw");
            MongoCollection<Document> products = client.getDatabase("d").getCollection("products");
            KEYS.forEach(key -> products.createIndex(Indexes.ascending("mode", "deleted", key, "_id")));
            double plain = each("insertMany, no index", which, size, () -> insert(raw, all));
            raw.drop();
            double indexed = each("insertMany, 9 indexes", which, size, () -> insert(products, all));
            print(which, size, "insertMany with indexes / without", plain / indexed);
            int reads = which.equals("library") && size > 10_000 ? 5 : 1000;
            int writes = which.equals("library") ? Math.min(2_000_000 / size, 1000) : 1000;
            replace(products, all, random, writes); // warms up
            each("bulk of replaces as Feed does", which, writes, () -> replace(products, all, random, writes));
            for (int warm = 0; warm < 2; warm++) {
                byIds(products, all, random, reads);
                firstPages(products, reads);
                pages(products, all, random, reads);
                counts(products, reads);
            }
            double one = each("find by _id", which, 1000, () -> byId(products, all, random, 1000));
            double seen = each("find by _id and mode", which, reads, () -> visible(products, all, random, reads));
            double ids = each("find 20 by _id", which, reads, () -> byIds(products, all, random, reads));
            double first = each("first page of 20 by name", which, reads, () -> firstPages(products, reads));
            double deep =
                    each("random deep page of 20 by name", which, reads, () -> pages(products, all, random, reads));
            double count = each("countDocuments", which, reads, () -> counts(products, reads));
            print(which, size, "first page / 20 by _id", ids / first);
            print(which, size, "deep page / 20 by _id", ids / deep);
            print(which, size, "first page and count / 20 by _id", ids / (first + count));
            print(which, size, "find by _id and mode / by _id", one / seen);
        } finally {
            long start = System.nanoTime();
            server.shutdownNow();
            System.out.printf(
                    Locale.ROOT,
                    "%s %,d: closing %d ms, file %d MB%n",
                    which,
                    size,
                    millis(start),
                    Files.size(file) >> 20);
        }
        long start = System.nanoTime();
        backend(which, file).close();
        System.out.printf(Locale.ROOT, "%s %,d: opening and closing %d ms%n", which, size, millis(start));
    }

    private static long millis(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** Answers microseconds for one. */
    private static double each(String what, String which, int times, Runnable work) {
        long start = System.nanoTime();
        work.run();
        double micros = (System.nanoTime() - start) / 1000.0 / times;
        System.out.printf(Locale.ROOT, "%s: %s %,.0f µs%n", which, what, micros);
        return micros;
    }

    private static void print(String which, int size, String what, double ratio) {
        System.out.printf(Locale.ROOT, "%s %,d: %s %.2f%n", which, size, what, ratio);
    }

    private static Document document(int i, Random random) {
        return new Document("_id", new UUID(0x019_0000_0000_7000L + ((long) i << 16), random.nextLong()).toString())
                .append("mode", "live")
                .append("deleted", false)
                .append("position", (long) i)
                .append("sequence", 0L)
                .append("state", "{\"name\":\"" + "x".repeat(700) + "\"}")
                .append("created_at", java.util.Date.from(java.time.Instant.ofEpochMilli(i)))
                .append("updated_at", java.util.Date.from(java.time.Instant.ofEpochMilli(i)))
                .append("name", "product " + random.nextInt(1_000_000))
                .append("slug", "product-" + i)
                .append("price", (long) random.nextInt(100))
                .append("is_active", random.nextBoolean())
                .append("is_featured", false)
                .append("category_ids", List.of())
                .append("tag_ids", List.of())
                .append("search", List.of("product", "text ".repeat(20)));
    }

    private static void insert(MongoCollection<Document> collection, List<Document> all) {
        for (int i = 0; i < all.size(); i += 1000)
            collection.insertMany(all.subList(i, Math.min(all.size(), i + 1000)));
    }

    private static void replace(MongoCollection<Document> collection, List<Document> all, Random random, int times) {
        List<ReplaceOneModel<Document>> writes = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Document document = all.get(random.nextInt(all.size()));
            long position = document.getLong("position") + 1_000_000;
            document.append("position", position)
                    .append("updated_at", java.util.Date.from(java.time.Instant.ofEpochMilli(position)));
            writes.add(new ReplaceOneModel<>(
                    and(eq(document.getString("_id")), lt("position", position)), new Document(document)));
        }
        collection.bulkWrite(writes, new BulkWriteOptions().ordered(false));
    }

    private static void byId(MongoCollection<Document> collection, List<Document> all, Random random, int times) {
        for (int i = 0; i < times; i++)
            collection
                    .find(eq(all.get(random.nextInt(all.size())).getString("_id")))
                    .first();
    }

    private static void visible(MongoCollection<Document> collection, List<Document> all, Random random, int times) {
        for (int i = 0; i < times; i++)
            collection
                    .find(seen(eq(all.get(random.nextInt(all.size())).getString("_id"))))
                    .sort(ascending("_id"))
                    .into(new ArrayList<>());
    }

    private static void byIds(MongoCollection<Document> collection, List<Document> all, Random random, int times) {
        for (int i = 0; i < times; i++) {
            List<String> ids = random.ints(20, 0, all.size())
                    .mapToObj(at -> all.get(at).getString("_id"))
                    .toList();
            collection.find(in("_id", ids)).into(new ArrayList<>());
        }
    }

    private static Bson seen(Bson... more) {
        List<Bson> all = new ArrayList<>(List.of(eq("mode", "live"), eq("deleted", false)));
        all.addAll(List.of(more));
        return and(all);
    }

    private static void firstPages(MongoCollection<Document> collection, int times) {
        for (int i = 0; i < times; i++) page(collection, seen());
    }

    private static void pages(MongoCollection<Document> collection, List<Document> all, Random random, int times) {
        for (int i = 0; i < times; i++) {
            Document after = all.get(random.nextInt(all.size()));
            String name = after.getString("name");
            page(
                    collection,
                    and(seen(), and(gte("name", name), or(gt("name", name), gt("_id", after.getString("_id"))))));
        }
    }

    private static void page(MongoCollection<Document> collection, Bson filter) {
        collection
                .find(filter)
                .sort(ascending("name", "_id"))
                .limit(21)
                .projection(exclude("search"))
                .into(new ArrayList<>());
    }

    private static void counts(MongoCollection<Document> collection, int times) {
        for (int i = 0; i < times; i++) collection.countDocuments(seen());
    }
}
