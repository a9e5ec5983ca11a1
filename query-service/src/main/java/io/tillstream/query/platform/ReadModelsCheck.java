package io.tillstream.query.platform;

import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Projections.include;

import com.mongodb.client.MongoCollection;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.store.EventLog;
import io.tillstream.store.Horizon;
import io.tillstream.store.Tail;
import io.tillstream.store.verify.Check;
import io.tillstream.store.verify.Findings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Folds the events into documents and holds those that reads use against them. Documents are folded in several passes over
 * history where there are too many to hold. What differs from the fold up to the horizon may only have gone on since then,
 * so it is looked at again, at its own position: a collection's checkpoint, read before its documents, says how far each of
 * them has to be at least, and a document's position how far it is.
 */
public final class ReadModelsCheck implements Check {
    private static final int RUN = 1_000;
    private static final int FOUND_AT_ONCE = 500;
    private static final int MAX_SWITCHES = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long LOOK_MILLIS = 50;

    private final List<Projection<?>> projections;
    private final ReadStore store;
    private final EventLog events;
    private final Horizon horizon;
    private final int documentsAtOnce;

    ReadModelsCheck(List<Projection<?>> projections, ReadStore store, EventLog events, Horizon horizon) {
        this(projections, store, events, horizon, 20_000);
    }

    ReadModelsCheck(
            List<Projection<?>> projections, ReadStore store, EventLog events, Horizon horizon, int documentsAtOnce) {
        this.projections = List.copyOf(projections);
        this.store = store;
        this.events = events;
        this.horizon = horizon;
        this.documentsAtOnce = documentsAtOnce;
    }

    @Override
    public String name() {
        return "read models";
    }

    @Override
    public void run(Findings findings) throws InterruptedException {
        long to = horizon.awaitNow(PATIENCE);
        long aggregates = events.countAggregates();
        int passes = (int) Math.max(1, Math.ceilDiv(aggregates, documentsAtOnce));
        findings.expect(passes * events.countUpTo(to), "events");
        Set<String> toReplay = new TreeSet<>();
        for (int pass = 0; pass < passes; pass++) {
            List<Part<?>> parts = new ArrayList<>();
            for (Projection<?> projection : projections) parts.add(new Part<>(projection, pass, passes));
            Tail tail = events.tailFrom(0);
            while (tail.position() < to) {
                List<Envelope> run = tail.nextEvenIfUnreadable(RUN).stream()
                        .filter(event -> event.position() <= to)
                        .toList();
                if (run.isEmpty()) break;
                for (Part<?> part : parts) part.fold(run);
                findings.done(run.size());
            }
            for (Part<?> part : parts) if (part.compare(to, findings)) toReplay.add(part.projection.name());
        }
        if (!toReplay.isEmpty()) findings.note("`./tillstream replay " + String.join(" ", toReplay) + "` cures that");
    }

    /** A document as the events make it. */
    private static final class Folded<S> {
        private final Mode mode;
        private @Nullable S state;
        private long position;
        private boolean stuck;

        Folded(Mode mode) {
            this.mode = mode;
        }

        Folded<S> copy() {
            Folded<S> copy = new Folded<>(mode);
            copy.state = state;
            copy.position = position;
            copy.stuck = stuck;
            return copy;
        }

        void fold(Projection<S> projection, Envelope event) {
            if (stuck) return;
            try {
                state = projection.after(state, event);
                position = event.position();
            } catch (RuntimeException e) {
                stuck = true;
            }
        }
    }

    /** Those documents of a projection that one pass is about. */
    private final class Part<S> {
        private final Projection<S> projection;
        private final int number;
        private final int of;
        private final Map<UUID, Folded<S>> folded = new HashMap<>();

        Part(Projection<S> projection, int number, int of) {
            this.projection = projection;
            this.number = number;
            this.of = of;
        }

        private boolean has(UUID document) {
            return Math.floorMod(document.hashCode(), of) == number;
        }

        void fold(List<Envelope> run) {
            for (Envelope event : run)
                for (UUID document : projection.touches(event)) if (has(document)) fold(folded, document, event);
        }

        private void fold(Map<UUID, Folded<S>> into, UUID document, Envelope event) {
            into.computeIfAbsent(document, id -> new Folded<>(event.metadata().mode()))
                    .fold(projection, event);
        }

        /** Whether there were differences. Starts over when reads use another collection meanwhile. */
        boolean compare(long to, Findings findings) throws InterruptedException {
            for (int attempt = 0; attempt < MAX_SWITCHES; attempt++) {
                String collection = store.current(projection);
                awaitCheckpoint(collection, to);
                List<String> differences = new ArrayList<>();
                Set<UUID> suspects = suspects(collection, differences);
                if (!suspects.isEmpty()) differences.addAll(differences(collection, suspects, to));
                if (!store.current(projection).equals(collection)) continue;
                differences.forEach(findings::difference);
                return !differences.isEmpty();
            }
            throw new IllegalStateException(
                    "Reads of " + projection.name() + " switch to other documents all the time");
        }

        private void awaitCheckpoint(String collection, long to) throws InterruptedException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (store.checkpoint(collection) < to
                    && store.current(projection).equals(collection)) {
                if (System.nanoTime() > end)
                    throw new IllegalStateException("The read model " + projection.name() + " stands at position "
                            + store.checkpoint(collection) + " and doesn't get to " + to);
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }

        /** The documents that aren't what the fold up to the horizon says, for whatever reason. */
        private Set<UUID> suspects(String name, List<String> differences) {
            MongoCollection<Document> collection = store.collection(name);
            Set<UUID> suspects =
                    new HashSet<>(store.parked(name).stream().filter(this::has).toList());
            for (List<UUID> ids : slices(folded.keySet())) {
                Map<UUID, Document> found = find(collection, ids);
                for (UUID id : ids)
                    if (!whatDiffers(id, folded.get(id), found.get(id)).isEmpty()) suspects.add(id);
            }
            for (Document document :
                    collection.find().projection(include(Stored.ID)).batchSize(RUN)) {
                UUID id = id(document);
                if (id == null) {
                    if (number == 0) differences.add(name + ": a document's id is none: " + document.get(Stored.ID));
                } else if (has(id) && !folded.containsKey(id)) suspects.add(id);
            }
            return suspects;
        }

        /** A line for each suspect that differs at its own position too. */
        private List<String> differences(String name, Set<UUID> suspects, long to) throws InterruptedException {
            long least = store.checkpoint(name);
            Map<UUID, Document> documents = new HashMap<>();
            for (List<UUID> ids : slices(suspects)) documents.putAll(find(store.collection(name), ids));
            Set<UUID> parked = store.parked(name);
            Map<UUID, Folded<S>> further = new HashMap<>();
            for (UUID id : suspects) {
                Folded<S> known = folded.get(id);
                if (known != null) further.put(id, known.copy());
            }
            long end = least;
            for (Document document : documents.values()) end = Math.max(end, position(document));
            end = Math.min(end, events.highest());
            Map<UUID, Long> lacking = new HashMap<>();
            goOn(suspects, to, end, (document, event) -> {
                Document found = documents.get(document);
                if (found != null && event.position() <= position(found)) fold(further, document, event);
                else if (event.position() <= least) lacking.putIfAbsent(document, event.position());
            });
            List<String> differences = new ArrayList<>();
            for (UUID id : suspects) {
                String where = name + ": document " + id + " ";
                Folded<S> expected = further.get(id);
                if (parked.contains(id)) {
                    differences.add(where + "stands still at an event that it couldn't digest");
                } else if (lacking.containsKey(id)) {
                    boolean there = documents.containsKey(id);
                    differences.add(where
                            + (there ? "lacks the event at position " : "is missing, since position ")
                            + lacking.get(id));
                } else {
                    List<String> wrong = whatDiffers(id, expected, documents.get(id));
                    if (!wrong.isEmpty()) differences.add(where + String.join(", ", wrong));
                }
            }
            return differences;
        }

        private static long position(Document document) {
            return document.get(Stored.POSITION) instanceof Long position ? position : 0;
        }

        private static @Nullable UUID id(Document document) {
            try {
                return UUID.fromString(String.valueOf(document.get(Stored.ID)));
            } catch (IllegalArgumentException e) {
                return null;
            }
        }

        private interface Further {
            void take(UUID document, Envelope event);
        }

        private void goOn(Set<UUID> suspects, long from, long to, Further further) throws InterruptedException {
            Tail tail = events.tailFrom(from);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (tail.position() < to) {
                List<Envelope> run = tail.nextEvenIfUnreadable(RUN);
                for (Envelope event : run) {
                    if (event.position() > to) return;
                    for (UUID document : projection.touches(event))
                        if (suspects.contains(document)) further.take(document, event);
                }
                if (!run.isEmpty()) continue;
                if (System.nanoTime() > deadline)
                    throw new IllegalStateException("History isn't settled up to position " + to);
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }

        /** What is wrong with a document, in words without its values, which may be personal. */
        private List<String> whatDiffers(UUID id, @Nullable Folded<S> expected, @Nullable Document found) {
            if (expected == null || (expected.state == null && !expected.stuck))
                return found == null ? List.of() : List.of("is there, though no event made it");
            if (expected.stuck)
                return List.of("can't be folded: an event after position " + expected.position + " can't be read");
            if (found == null) return List.of("is missing");
            Document right = Stored.write(
                    projection, id, expected.mode, expected.position, Objects.requireNonNull(expected.state));
            Set<String> names = new TreeSet<>(right.keySet());
            names.addAll(found.keySet());
            names.removeIf(field -> same(field, right.get(field), found.get(field)));
            return names.isEmpty() ? List.of() : List.of("differs in " + String.join(", ", names));
        }

        private boolean same(String field, @Nullable Object right, @Nullable Object found) {
            if (Objects.equals(right, found)) return true;
            if (!field.equals(Stored.STATE) || !(right instanceof String text) || !(found instanceof String other))
                return false;
            try {
                return EventJson.object(text).equals(EventJson.object(other));
            } catch (RuntimeException e) {
                return false;
            }
        }

        private Map<UUID, Document> find(MongoCollection<Document> collection, List<UUID> ids) {
            Map<UUID, Document> found = new HashMap<>();
            for (Document document : collection.find(
                    in(Stored.ID, ids.stream().map(UUID::toString).toList())))
                found.put(UUID.fromString(document.getString(Stored.ID)), document);
            return found;
        }

        private List<List<UUID>> slices(Collection<UUID> ids) {
            List<UUID> all = List.copyOf(ids);
            List<List<UUID>> slices = new ArrayList<>();
            for (int from = 0; from < all.size(); from += FOUND_AT_ONCE)
                slices.add(all.subList(from, Math.min(all.size(), from + FOUND_AT_ONCE)));
            return slices;
        }
    }
}
