package io.tillstream.embedded.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.WriteModel;
import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import io.tillstream.embedded.Servers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.bson.Document;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;

/** Holds the store against the library's own, which scans: whatever is written and asked, both answer the same. */
class IndexedReadsTest {
    private static final int ROUNDS = 25;
    private static final int STEPS = 30;
    private static final int QUERIES = 8;
    private static final List<String> FIELDS = List.of("mode", "deleted", "key", "other", "sub.key", "_id", "list");
    private static final List<Object> VALUES = Arrays.asList(
            null,
            "",
            "a",
            "a\u0000",
            "a\u0000b",
            "a\u0001",
            "ab",
            "b",
            "é",
            "\uFFFD",
            "\uD83D\uDE00",
            "\u0800",
            0,
            1,
            -1,
            1L,
            1.0,
            1.5,
            -1.5,
            -0.0,
            0.5,
            -0.5,
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            Long.MAX_VALUE - 1,
            (1L << 53) + 1,
            1L << 53,
            (double) (1L << 53),
            -(1L << 53) - 1,
            1L << 40,
            1e-300,
            -1e-300,
            true,
            false,
            Date.from(Instant.ofEpochMilli(0)),
            Date.from(Instant.ofEpochMilli(-1)),
            Date.from(Instant.ofEpochMilli(253402300799999L)));
    /** Values that no index holds. */
    private static final List<Object> ODD =
            List.of(List.of("a", "b"), List.of(), new Document("key", "a"), Double.NaN, 1e300, 1099511627776.5);

    private enum Way {
        SCAN,
        IN_ORDER,
        IN_ORDER_WITH_RESIDUAL,
        NARROWED
    }

    private static final Map<Way, Integer> ways = new EnumMap<>(Way.class);

    /** A server that can be closed and opened again where it was. */
    private static final class Store implements AutoCloseable {
        private final Function<Store, MongoBackend> opening;
        private final Path file = Servers.temporary().newFolder().resolve("documents.mv");
        private MongoBackend backend;
        private MongoServer server;
        private MongoClient client;

        Store(Function<Store, MongoBackend> opening) {
            this.opening = opening;
            open();
        }

        private void open() {
            backend = opening.apply(this);
            server = new MongoServer(backend);
            client = MongoClients.create("mongodb://127.0.0.1:" + server.bind().getPort());
        }

        void reopen() {
            close();
            open();
        }

        MongoCollection<Document> collection() {
            return client.getDatabase("d").getCollection("c");
        }

        @Override
        public void close() {
            client.close();
            server.shutdownNow();
        }
    }

    @AfterAll
    static void sawEveryWay() {
        assertThat(ways.keySet()).containsExactlyInAnyOrder(Way.values());
    }

    @RepeatedTest(ROUNDS)
    void answersWhatAScanAnswers() {
        long seed = new Random().nextLong();
        System.out.println("IndexedReadsTest seed " + seed);
        compare(seed);
    }

    private void compare(long seed) {
        Random random = new Random(seed);
        try (Store scanning = new Store(_ -> new H2Backend(MVStore.open(null)));
                Store indexed = new Store(store -> new DocumentBackend(
                        DocumentBackend.store().fileName(store.file.toString()).open()))) {
            boolean odd = random.nextInt(3) == 0;
            for (int step = 0; step < STEPS; step++) {
                if (random.nextInt(10) == 0) indexed.reopen();
                long stepSeed = random.nextLong();
                Object expected = result(() -> write(scanning.collection(), new Random(stepSeed), odd));
                Object actual = result(() -> write(indexed.collection(), new Random(stepSeed), odd));
                assertThat(actual).as("seed %d, step %d", seed, step).isEqualTo(expected);
                for (int query = 0; query < QUERIES; query++) {
                    long querySeed = random.nextLong();
                    Query asked = new Query(new Random(querySeed));
                    ways.merge(way(indexed, asked), 1, Integer::sum);
                    assertThat(result(() -> asked.of(indexed.collection())))
                            .as("seed %d, step %d, %s", seed, step, asked)
                            .isEqualTo(result(() -> asked.of(scanning.collection())));
                }
            }
        }
    }

    private interface Asking {
        @Nullable
        Object ask();
    }

    private static Object result(Asking asking) {
        try {
            return String.valueOf(asking.ask());
        } catch (com.mongodb.MongoException e) {
            return e.getClass().getSimpleName() + " " + e.getCode();
        }
    }

    private static Way way(Store store, Query query) {
        var collection = (DocumentCollection) store.backend.resolveDatabase("d").resolveCollection("c", false);
        if (collection == null) return Way.SCAN;
        Plan plan = collection.plan(
                Filter.of(library(query.filter)), library(query.sort), query.limit == 0 ? 0 : query.skip + query.limit);
        if (plan == null) return Way.SCAN;
        if (!plan.sorted()) return Way.NARROWED;
        return plan.residual().isEmpty() ? Way.IN_ORDER : Way.IN_ORDER_WITH_RESIDUAL;
    }

    private static de.bwaldvogel.mongo.bson.Document library(Document document) {
        var copy = new de.bwaldvogel.mongo.bson.Document();
        document.forEach((key, value) -> copy.put(key, library(value)));
        return copy;
    }

    private static @Nullable Object library(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Document document -> library(document);
            case Collection<?> list ->
                list.stream().map(IndexedReadsTest::library).toList();
            case Date date -> date.toInstant();
            default -> value;
        };
    }

    /** One question about a collection. */
    private static final class Query {
        final Document filter;
        final Document sort;
        final int skip;
        final int limit;
        private final boolean first;
        private final @Nullable Document projection;

        Query(Random random) {
            filter = filter(random);
            sort = sort(random);
            skip = random.nextInt(4) == 0 ? random.nextInt(5) : 0;
            limit = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(5);
            first = random.nextBoolean();
            projection = random.nextInt(4) == 0
                    ? new Document("list", 0)
                    : random.nextInt(4) == 0 ? new Document("key", 1) : null;
        }

        Object of(MongoCollection<Document> collection) {
            List<Object> answers = new ArrayList<>();
            answers.add(collection
                    .find(filter)
                    .sort(sort)
                    .skip(skip)
                    .limit(limit)
                    .projection(projection)
                    .into(new ArrayList<>()));
            if (first) answers.add(collection.countDocuments(filter));
            else answers.add(collection.find(filter).sort(sort).batchSize(2).into(new ArrayList<>()));
            return answers;
        }

        @Override
        public String toString() {
            return "filter " + filter.toJson() + ", sort " + sort.toJson() + ", skip " + skip + ", limit " + limit;
        }
    }

    private static @Nullable Object value(Random random) {
        return VALUES.get(random.nextInt(random.nextInt(4) == 0 ? VALUES.size() : 8));
    }

    private static Object id(Random random) {
        return "id" + random.nextInt(120);
    }

    private static Document document(Random random, boolean odd) {
        Document document =
                new Document("_id", odd && random.nextInt(60) == 0 ? (Object) random.nextInt(3) : id(random));
        document.append("mode", random.nextInt(6) == 0 ? value(random) : random.nextBoolean() ? "live" : "test");
        if (random.nextInt(6) != 0) document.append("deleted", random.nextInt(4) == 0);
        if (random.nextInt(6) != 0)
            document.append(
                    "key", odd && random.nextInt(40) == 0 ? ODD.get(random.nextInt(ODD.size())) : value(random));
        if (random.nextInt(3) != 0) document.append("other", value(random));
        if (random.nextBoolean()) document.append("sub", new Document("key", value(random)));
        document.append("list", List.of("x" + random.nextInt(3), "y"));
        return document;
    }

    private static Document filter(Random random) {
        List<Document> all = new ArrayList<>();
        if (random.nextInt(4) != 0) {
            all.add(new Document("mode", random.nextBoolean() ? "live" : "test"));
            if (random.nextInt(4) != 0) all.add(new Document("deleted", false));
        }
        if (random.nextBoolean()) all.add(condition(random));
        if (random.nextInt(3) == 0) all.add(beyond(random));
        if (random.nextInt(4) == 0) all.add(condition(random));
        if (random.nextInt(12) == 0)
            all.add(new Document(
                    "_id",
                    random.nextBoolean()
                            ? id(random)
                            : new Document("$in", List.of(id(random), id(random), id(random)))));
        if (random.nextInt(8) == 0) all.add(new Document("list", new Document("$regex", "x1")));
        if (all.isEmpty()) return new Document();
        if (all.size() > 1 && random.nextInt(4) == 0) {
            Document flat = new Document();
            all.forEach(flat::putAll);
            return flat;
        }
        return new Document("$and", all);
    }

    private static Document condition(Random random) {
        String field = FIELDS.get(random.nextInt(5));
        Object value = value(random);
        return switch (random.nextInt(8)) {
            case 0, 1 -> new Document(field, value);
            case 2 -> new Document(field, new Document("$in", Arrays.asList(value, value(random), value(random))));
            case 3 -> new Document(field, new Document("$gte", value).append("$lt", value(random)));
            case 4 -> new Document(field, new Document("$gt", value));
            case 5 -> new Document(field, new Document("$lte", value));
            case 6 -> new Document(field, new Document("$ne", value));
            default -> new Document(field, new Document("$exists", random.nextBoolean()));
        };
    }

    /** As a page asks for what comes after the one before. */
    private static Document beyond(Random random) {
        String field = FIELDS.get(2 + random.nextInt(3));
        Object value = value(random);
        boolean up = random.nextBoolean();
        return new Document(
                "$and",
                List.of(
                        new Document(field, new Document(up ? "$gte" : "$lte", value)),
                        new Document(
                                "$or",
                                List.of(
                                        new Document(field, new Document(up ? "$gt" : "$lt", value)),
                                        new Document("_id", new Document(up ? "$gt" : "$lt", id(random)))))));
    }

    private static Document sort(Random random) {
        Document sort = new Document();
        int direction = random.nextBoolean() ? 1 : -1;
        switch (random.nextInt(6)) {
            case 0 -> {}
            case 1 -> sort.append("_id", direction);
            case 2 -> sort.append(FIELDS.get(random.nextInt(5)), direction);
            case 3 -> sort.append("key", direction).append("_id", -direction);
            default -> sort.append(FIELDS.get(2 + random.nextInt(3)), direction).append("_id", direction);
        }
        return sort;
    }

    private static @Nullable Object write(MongoCollection<Document> collection, Random random, boolean odd) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> {
                List<WriteModel<Document>> writes = new ArrayList<>();
                for (int i = random.nextInt(40); i >= 0; i--) {
                    Document document = document(random, odd);
                    Document id = new Document("_id", document.get("_id"));
                    writes.add(
                            switch (random.nextInt(5)) {
                                case 0 -> new DeleteOneModel<>(id);
                                case 1 -> new InsertOneModel<>(document.append("_id", "id" + random.nextInt(100_000)));
                                default -> new ReplaceOneModel<>(id, document, new ReplaceOptions().upsert(true));
                            });
                }
                yield collection.bulkWrite(writes).getModifiedCount();
            }
            case 4 ->
                collection
                        .updateMany(filter(random), new Document("$set", new Document("key", value(random))))
                        .getModifiedCount();
            case 5 ->
                collection
                        .updateOne(filter(random), new Document("$unset", new Document("other", "")))
                        .getModifiedCount();
            case 6 ->
                collection
                        .updateOne(
                                new Document("_id", id(random)),
                                new Document("$set", new Document("sub.key", value(random))),
                                new UpdateOptions().upsert(true))
                        .getMatchedCount();
            case 7 ->
                random.nextInt(4) == 0
                        ? collection.deleteMany(filter(random)).getDeletedCount()
                        : collection.deleteOne(filter(random)).getDeletedCount();
            case 8 ->
                collection.findOneAndUpdate(
                        filter(random),
                        new Document("$set", new Document("mode", "live")),
                        new FindOneAndUpdateOptions().sort(sort(random)));
            case 9, 10 -> {
                Document keys = new Document("mode", 1).append("deleted", 1);
                String field = FIELDS.get(2 + random.nextInt(3));
                if (random.nextInt(3) == 0) keys = new Document();
                keys.append(field, random.nextInt(4) == 0 ? -1 : 1);
                if (random.nextInt(4) != 0) keys.append("_id", 1);
                yield collection.createIndex(keys);
            }
            default -> {
                if (random.nextInt(4) == 0) collection.drop();
                else if (random.nextBoolean()) collection.dropIndexes();
                yield collection.distinct("list", String.class).first();
            }
        };
    }
}
