package io.tillstream.query.platform;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.max;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexModel;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.bson.Document;

/** What the engine itself keeps in the read store: which collection is current, how far it is, what is parked. */
final class ReadStore {
    private static final String COLLECTION = "collection";
    private static final String GENERATION = "generation";
    private static final String USES = "uses";
    private static final String BEAT = "beat";
    private static final String TOLD = "told";
    private static final Pattern OF_DOCUMENTS = Pattern.compile("[a-z_]+_v\\d+(_\\d+)?");

    private final MongoDatabase database;
    private final Clock clock;
    private final Interruptions interruptions;

    ReadStore(MongoDatabase database, Clock clock, Interruptions interruptions) {
        this.database = database;
        this.clock = clock;
        this.interruptions = interruptions;
    }

    /** How often it went away so far. */
    long interruptions() {
        return interruptions.count();
    }

    MongoCollection<Document> collection(String name) {
        return database.getCollection(name);
    }

    /** The collection that reads of a projection use; the first instance to ask decides it. */
    String current(Projection<?> projection) {
        String pointer = pointer(projection);
        Document found = pointers().find(eq(pointer)).first();
        if (found == null) {
            point(new Document("_id", pointer).append(COLLECTION, pointer).append(GENERATION, 0));
            found = pointers().find(eq(pointer)).first();
        }
        if (found == null) throw new IllegalStateException("Nothing points to the documents of " + projection.name());
        return found.getString(COLLECTION);
    }

    private void point(Document pointer) {
        try {
            pointers().insertOne(pointer);
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) throw e;
        }
    }

    /** A new collection beside the current one, empty; reads don't use it before {@link #switchTo}. */
    String nextGeneration(Projection<?> projection) {
        current(projection);
        Document raised = pointers()
                .findOneAndUpdate(
                        eq(pointer(projection)),
                        inc(GENERATION, 1),
                        new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER));
        if (raised == null) throw new IllegalStateException("Nothing points to the documents of " + projection.name());
        return pointer(projection) + "_" + raised.getInteger(GENERATION);
    }

    /** Has reads use another collection; false when they use neither of the two, because another instance was faster. */
    boolean switchTo(Projection<?> projection, String from, String to) {
        return pointers()
                        .updateOne(and(eq(pointer(projection)), in(COLLECTION, from, to)), set(COLLECTION, to))
                        .getMatchedCount()
                == 1;
    }

    /** Tells the other instances which collections this one uses, so that they let them be. */
    void use(String instance, Collection<String> collections) {
        instances()
                .updateOne(
                        eq(instance),
                        combine(set(USES, List.copyOf(collections)), inc(BEAT, 1L)),
                        new UpdateOptions().upsert(true));
    }

    /** An instance, what it uses, and a number that it raises for as long as it lives. */
    record Instance(String id, long beat, List<String> uses) {}

    List<Instance> used() {
        List<Instance> all = new ArrayList<>();
        for (Document found : instances().find())
            all.add(new Instance(
                    found.getString("_id"), found.getLong(BEAT), found.getList(USES, String.class, List.of())));
        return all;
    }

    void forget(String instance) {
        instances().deleteOne(eq(instance));
    }

    /** Every collection of documents that there is anything of, in use or not. */
    Set<String> collections() {
        Set<String> names = new HashSet<>();
        for (Document checkpoint : checkpoints().find()) names.add(checkpoint.getString("_id"));
        for (String name : database.listCollectionNames()) {
            if (OF_DOCUMENTS.matcher(name).matches()) names.add(name);
        }
        return names;
    }

    /** The collections that reads of any projection, of any version, use. */
    Set<String> pointedTo() {
        Set<String> names = new HashSet<>();
        for (Document pointer : pointers().find()) names.add(pointer.getString(COLLECTION));
        return names;
    }

    /** Forgets a collection that no reads use any more. */
    void drop(String collection) {
        database.getCollection(collection).drop();
        parked().deleteMany(eq(COLLECTION, collection));
        checkpoints().deleteOne(eq(collection));
    }

    void createIndexes(Projection<?> projection, String collection) {
        if (projection.indexes().isEmpty()) return;
        database.getCollection(collection)
                .createIndexes(projection.indexes().stream()
                        .map(keys -> new IndexModel(keys, new IndexOptions()))
                        .toList());
    }

    /** How far a collection is, 0 for a new one. */
    long checkpoint(String collection) {
        Document found = checkpoints().find(eq(collection)).first();
        return found == null ? 0 : found.getLong(Stored.POSITION);
    }

    /**
     * Raises a collection's checkpoint, never lowers it. False, and nothing is written, where it is below what was noted before:
     * the store has lost it then, and documents with it.
     *
     * @param noted where this instance has seen it at least, 0 for a new collection
     */
    boolean raise(String collection, long noted, long position) {
        boolean isNew = noted == 0;
        long matched = checkpoints()
                .updateOne(
                        isNew ? eq(collection) : and(eq(collection), gte(Stored.POSITION, noted)),
                        max(Stored.POSITION, position),
                        new UpdateOptions().upsert(isNew))
                .getMatchedCount();
        return isNew || matched == 1;
    }

    /** An event of the history that the documents tell. */
    record Told(long position, String event) {}

    /** One of the last events that the documents tell of; empty for a store that tells of none yet. */
    Optional<Told> told() {
        return Optional.ofNullable(history().find(eq(TOLD)).first())
                .map(found -> new Told(found.getLong(Stored.POSITION), found.getString("event")));
    }

    /** Any instance may say so, in any order: all of them are of one history. */
    void tell(Told told) {
        history()
                .replaceOne(
                        eq(TOLD),
                        new Document("_id", TOLD)
                                .append(Stored.POSITION, told.position())
                                .append("event", told.event()),
                        new ReplaceOptions().upsert(true));
    }

    Set<UUID> parked(String collection) {
        Set<UUID> ids = new HashSet<>();
        for (Document found : parked().find(eq(COLLECTION, collection)))
            ids.add(UUID.fromString(found.getString("document")));
        return ids;
    }

    /** Records why a document stands still. The first reason is kept. */
    void park(String collection, UUID document, Envelope event, Throwable reason) {
        String id = collection + "/" + document;
        if (parked().find(eq(id)).first() != null) return;
        parked().replaceOne(
                        eq(id),
                        new Document("_id", id)
                                .append(COLLECTION, collection)
                                .append("document", document.toString())
                                .append(Stored.POSITION, event.position())
                                .append("event", event.id())
                                .append("type", event.type())
                                // Its class only: a message may quote what the event says of a person.
                                .append("reason", reason.getClass().getName())
                                .append("at", EventJson.TIMESTAMP.format(clock.instant())),
                        new ReplaceOptions().upsert(true));
    }

    /** How many documents stand still that reads use. */
    long countParked() {
        return parked().countDocuments(in(COLLECTION, pointedTo()));
    }

    /** Fails when the read store can't be reached. */
    void ping() {
        database.runCommand(new Document("ping", 1));
    }

    /** The name of a projection's documents in this version; that of its first collection too. */
    static String pointer(Projection<?> projection) {
        return projection.name() + "_v" + projection.version();
    }

    private MongoCollection<Document> pointers() {
        return database.getCollection("pointers");
    }

    private MongoCollection<Document> instances() {
        return database.getCollection("instances");
    }

    private MongoCollection<Document> checkpoints() {
        return database.getCollection("checkpoints");
    }

    private MongoCollection<Document> history() {
        return database.getCollection("history");
    }

    private MongoCollection<Document> parked() {
        return database.getCollection("parked");
    }
}
