package io.tillstream.query.platform;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.WriteModel;
import io.tillstream.events.Mode;
import io.tillstream.events.PersonErased;
import io.tillstream.events.envelope.Envelope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one projection into one collection. A document takes nothing at or below its own position, which the write's
 * filter checks once more, so that events may come twice and several instances may feed the same collection. One thread at
 * a time.
 */
final class Feed<S> {
    private static final Logger log = LoggerFactory.getLogger(Feed.class);
    private static final int MAX_ATTEMPTS = 10;

    private record Write(UUID id, long position, boolean isNew, WriteModel<Document> model) {}

    private final Projection<S> projection;
    private final String name;
    private final ReadStore store;
    private final MongoCollection<Document> collection;
    private final Set<UUID> parked;
    private volatile long position;
    private final long interruptions;
    private long written;
    private volatile CountDownLatch held = new CountDownLatch(0);

    private Feed(Projection<S> projection, String name, ReadStore store) {
        this.projection = projection;
        this.name = name;
        this.store = store;
        this.interruptions = store.interruptions();
        this.collection = store.collection(name);
        this.position = store.checkpoint(name);
        this.written = position;
        this.parked = ConcurrentHashMap.newKeySet();
        this.parked.addAll(store.parked(name));
    }

    /** Takes up a collection where its checkpoint says. */
    static <S> Feed<S> open(Projection<S> projection, String collection, ReadStore store) {
        store.createIndexes(projection, collection);
        return new Feed<>(projection, collection, store);
    }

    Projection<S> projection() {
        return projection;
    }

    String collection() {
        return name;
    }

    /** The documents show all events up to here. */
    long position() {
        return position;
    }

    boolean isParked(UUID document) {
        return parked.contains(document);
    }

    /** Until {@link #letRead}, reads wait: what they have shown before may not be in here yet. */
    void holdReads() {
        held = new CountDownLatch(1);
    }

    void letRead() {
        held.countDown();
    }

    /** Waits while reads are held, for as long as anybody waits for a read model at the most. */
    void awaitReadable() {
        try {
            held.await(Progress.BOUND.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Brings events, in ascending position, into their documents. */
    void apply(List<Envelope> events) {
        if (events.isEmpty()) return;
        Map<UUID, List<Envelope>> byDocument = new LinkedHashMap<>();
        for (Envelope event : events) {
            if (event.position() <= position) continue;
            for (UUID document : projection.touches(event)) {
                if (!parked.contains(document) || event.event() instanceof PersonErased)
                    byDocument
                            .computeIfAbsent(document, id -> new ArrayList<>())
                            .add(event);
            }
        }
        for (int attempt = 0; !byDocument.isEmpty(); attempt++) {
            if (attempt == MAX_ATTEMPTS) throw new IllegalStateException("Documents of " + name + " can't be written");
            byDocument.keySet().retainAll(write(fold(byDocument, attempt == 0)));
        }
        position = Math.max(position, events.getLast().position());
    }

    /** Whether the store went away since this was taken up: only its checkpoint can be trusted then. */
    boolean interrupted() {
        return store.interruptions() != interruptions;
    }

    /** Notes how far the documents are; fails when the store has forgotten what it had acknowledged. */
    void checkpoint() {
        if (position == written) return;
        if (interrupted())
            throw new IllegalStateException(
                    "The read store was away: what it acknowledged to " + name + " may be gone");
        if (!store.raise(name, written, position)) throw lost();
        written = position;
    }

    private IllegalStateException lost() {
        return new IllegalStateException("The read store lost writes: " + name + " is no longer at " + written);
    }

    /** A document whose aggregate begins here isn't looked up at first: where it is there after all, inserting it says so. */
    private List<Write> fold(Map<UUID, List<Envelope>> byDocument, boolean first) {
        Set<UUID> known = new HashSet<>(byDocument.keySet());
        if (first) known.removeIf(id -> begins(id, byDocument.getOrDefault(id, List.of())));
        Map<UUID, Document> found = known.isEmpty() ? Map.of() : load(known);
        List<Write> writes = new ArrayList<>();
        byDocument.forEach((id, events) -> {
            Write write = fold(id, found.get(id), events, known.contains(id));
            if (write != null) writes.add(write);
        });
        return writes;
    }

    private static boolean begins(UUID document, List<Envelope> events) {
        Envelope event = events.getFirst();
        return event.sequence() == 0 && event.aggregateId().equals(document);
    }

    /** Folds up to the first event that can't be digested; what stands still forgets a person all the same. */
    private @Nullable Write fold(UUID id, @Nullable Document document, List<Envelope> events, boolean known) {
        @Nullable S state = null;
        Mode mode = events.getFirst().metadata().mode();
        long before = 0;
        long reached = 0;
        if (document != null) {
            try {
                Stored<S> stored = Stored.read(document, projection.stateType());
                state = stored.state();
                mode = stored.mode();
                before = stored.position();
                reached = before;
            } catch (RuntimeException e) {
                // what can't be read can't be redacted
                if (events.stream().anyMatch(event -> event.event() instanceof PersonErased))
                    collection.deleteOne(eq(Stored.ID, id.toString()));
                park(id, events.getFirst(), e);
                return null;
            }
        }
        for (Envelope event : events) {
            if (event.position() <= reached) continue;
            if (parked.contains(id) && !(state != null && event.event() instanceof PersonErased)) continue;
            try {
                state = projection.after(state, event);
                reached = event.position();
            } catch (RuntimeException e) {
                // it may be an event that the document has had
                if (!known) return fold(id, load(List.of(id)).get(id), events, true);
                park(id, event, e);
            }
        }
        if (state == null || reached == before) return null;
        Document after = Stored.write(projection, id, mode, reached, state);
        return new Write(id, reached, document == null, model(after, reached, document == null));
    }

    private static WriteModel<Document> model(Document document, long position, boolean isNew) {
        return isNew
                ? new InsertOneModel<>(document)
                : new ReplaceOneModel<>(
                        and(eq(document.getString(Stored.ID)), lt(Stored.POSITION, position)), document);
    }

    private Map<UUID, Document> load(Collection<UUID> ids) {
        Map<UUID, Document> found = new HashMap<>();
        for (Document document :
                collection.find(in(Stored.ID, ids.stream().map(UUID::toString).toList())))
            found.put(UUID.fromString(document.getString(Stored.ID)), document);
        return found;
    }

    /** Writes documents; answers those that somebody else wrote meanwhile and that are still behind. */
    private Set<UUID> write(List<Write> writes) {
        if (writes.isEmpty()) return Set.of();
        long replaces = writes.stream().filter(write -> !write.isNew()).count();
        try {
            var result = collection.bulkWrite(
                    writes.stream().map(Write::model).toList(), new BulkWriteOptions().ordered(false));
            if (result.getMatchedCount() == replaces) return Set.of();
        } catch (MongoBulkWriteException e) {
            for (BulkWriteError error : e.getWriteErrors()) {
                if (ErrorCategory.fromErrorCode(error.getCode()) != ErrorCategory.DUPLICATE_KEY) throw e;
            }
            if (e.getWriteConcernError() != null) throw e;
        }
        return behind(writes);
    }

    private Set<UUID> behind(List<Write> writes) {
        Map<UUID, Document> found = load(writes.stream().map(Write::id).toList());
        Set<UUID> behind = new HashSet<>();
        for (Write write : writes) {
            Document document = found.get(write.id());
            if (document == null || document.getLong(Stored.POSITION) < write.position()) behind.add(write.id());
        }
        return behind;
    }

    /** What it is and where it came from: a message may quote what the event says of a person. */
    private static Throwable withoutItsMessage(RuntimeException reason) {
        Throwable told = new Throwable(reason.getClass().getName());
        told.setStackTrace(reason.getStackTrace());
        return told;
    }

    private void park(UUID document, Envelope event, RuntimeException reason) {
        // else it may be undigestible only because the store has lost what was before it
        if (interrupted() || store.checkpoint(name) < written) throw lost();
        log.error(
                "Parked {} of {} at position {}: {} can't be digested",
                document,
                name,
                event.position(),
                event.type(),
                withoutItsMessage(reason));
        store.park(name, document, event, reason);
        parked.add(document);
    }
}
