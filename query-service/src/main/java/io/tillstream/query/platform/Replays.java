package io.tillstream.query.platform;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.set;

import com.github.f4b6a3.uuid.UuidCreator;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.ReturnDocument;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Replays as documents of the read store: who asks for one, follows it or stops it only writes and reads these, and any
 * instance carries them out. Of each collection's replays one at most is not over: its {@code active} is the collection's
 * pointer, of all others their own id, and the two are held apart by a unique index.
 */
public final class Replays {
    /** So long an aborted replay may take to end. */
    private static final Duration ENDING = Duration.ofSeconds(5);

    private static final String ACTIVE = "active";
    private static final String STATUS = "status";
    private static final String ABORT = "abort";
    private static final String BY = "by";
    private static final String BEAT = "beat";
    private static final Columns COLUMNS = new Columns().instant("requested_at");

    /** Whether a replay is still this instance's to work on. */
    enum Standing {
        OURS,
        TO_ABORT,
        LOST
    }

    /** How far it has got. */
    record Step(
            long position, long done, long total, @Nullable Long perSecond) {}

    private final List<Projection<?>> projections;
    private final ReadStore store;
    private final Clock clock;
    private volatile boolean indexed;

    Replays(List<Projection<?>> projections, ReadStore store, Clock clock) {
        this.projections = List.copyOf(projections);
        this.store = store;
        this.clock = clock;
    }

    /** What can be built anew, in order. */
    public Set<String> projections() {
        Set<String> names = new TreeSet<>();
        projections.forEach(projection -> names.add(projection.name()));
        return names;
    }

    /**
     * Asks for replays of the named projections. Where one is on its way, that is the answer, since it makes all
     * documents anew too.
     */
    public List<Replay> request(Collection<String> names, String by) {
        Set<String> wanted = new TreeSet<>(names);
        if (!projections().containsAll(wanted)) throw new IllegalArgumentException("No such projection in " + wanted);
        return projections.stream()
                .filter(projection -> wanted.contains(projection.name()))
                .map(projection -> request(projection, by))
                .toList();
    }

    public Optional<Replay> find(UUID id) {
        return Optional.ofNullable(replays().find(eq(id.toString())).first()).map(Replays::read);
    }

    /** Those that are not over, oldest first. */
    public List<Replay> active() {
        return documentsOf(in(STATUS, Replay.QUEUED, Replay.RUNNING, Replay.SWITCHING)).stream()
                .map(Replays::read)
                .toList();
    }

    /** One page, sorted by when they were asked for. */
    public Listing<Replay> page(ListQuery query) {
        List<Document> rows = replays()
                .find(Documents.after(query, COLUMNS, new Document()))
                .sort(query.ascending() ? ascending("requested_at", "_id") : descending("requested_at", "_id"))
                .limit(query.limit() + 1)
                .into(new ArrayList<>());
        return Listing.page(
                        query,
                        rows,
                        row -> query.after(
                                Columns.carried(row.get("requested_at")), UUID.fromString(row.getString("_id"))),
                        null)
                .map(Replays::read);
    }

    /** Has a replay stop and its new documents dropped; empty when it is too late, or there is none. */
    public Optional<Replay> abort(UUID id) {
        Document unclaimed = durable()
                .findOneAndUpdate(
                        and(eq(id.toString()), eq(STATUS, Replay.QUEUED), eq(BY, "")),
                        combine(
                                set(STATUS, Replay.ABORTED),
                                set(ABORT, true),
                                set(ACTIVE, id.toString()),
                                set("finished_at", Date.from(clock.instant()))),
                        new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER));
        if (unclaimed != null) return Optional.of(read(unclaimed));
        return Optional.ofNullable(durable()
                        .findOneAndUpdate(
                                and(eq(id.toString()), in(STATUS, Replay.QUEUED, Replay.RUNNING)),
                                set(ABORT, true),
                                new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)))
                .map(Replays::read);
    }

    private Replay request(Projection<?> projection, String by) {
        index();
        String pointer = ReadStore.pointer(projection);
        long deadline = System.nanoTime() + ENDING.toNanos();
        while (true) {
            Document running = replays().find(eq(ACTIVE, pointer)).first();
            if (running != null && !running.getBoolean(ABORT, false)) return read(running);
            if (running != null) {
                // it ends without having made anything anew: not what is asked for
                if (System.nanoTime() > deadline)
                    throw Invalid.unavailable(
                            "The replay of " + projection.name() + " before this is being aborted", 1);
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                continue;
            }
            Document wanted = new Document(
                            "_id", UuidCreator.getTimeOrderedEpoch().toString())
                    .append(ACTIVE, pointer)
                    .append("projection", projection.name())
                    .append("collection", store.nextGeneration(projection))
                    .append(STATUS, Replay.QUEUED)
                    .append("requested_by", by)
                    .append("requested_at", Date.from(clock.instant()))
                    .append("position", 0L)
                    .append("events_done", 0L)
                    .append("events_total", 0L)
                    .append("parked", 0L)
                    .append(BY, "")
                    .append(BEAT, 0L);
            try {
                durable().insertOne(wanted);
                return read(wanted);
            } catch (MongoWriteException e) {
                if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) throw e;
            }
        }
    }

    private void index() {
        if (indexed) return;
        replays().createIndex(ascending(ACTIVE), new IndexOptions().unique(true));
        indexed = true;
    }

    // --- what the instance needs that carries them out

    /** A replay that is not over, as its workers see it. */
    record Open(UUID id, String pointer, String projection, String collection, boolean abort, String by, long beat) {}

    /** Those that are not over, oldest first. */
    List<Open> open() {
        return documentsOf(in(STATUS, Replay.QUEUED, Replay.RUNNING, Replay.SWITCHING)).stream()
                .map(document -> new Open(
                        UUID.fromString(document.getString("_id")),
                        document.getString(ACTIVE),
                        document.getString("projection"),
                        document.getString("collection"),
                        document.getBoolean(ABORT, false),
                        document.getString(BY),
                        document.getLong(BEAT)))
                .toList();
    }

    /** Takes a replay from whoever had it when it was looked at; whether nobody else was faster. */
    boolean claim(Open seen, String instance) {
        Document before = replays()
                .findOneAndUpdate(
                        and(
                                eq(seen.id().toString()),
                                eq(BY, seen.by()),
                                eq(BEAT, seen.beat()),
                                eq(ACTIVE, seen.pointer())),
                        combine(set(BY, instance), inc(BEAT, 1L)));
        if (before == null) return false;
        replays()
                .updateOne(
                        and(ours(seen.id(), instance), eq(STATUS, Replay.QUEUED)),
                        combine(set(STATUS, Replay.RUNNING), set("started_at", Date.from(clock.instant()))));
        return true;
    }

    /** Says that it is being worked on, and how far it is. */
    Standing beat(UUID id, String instance, @Nullable Step step) {
        Bson beat = inc(BEAT, 1L);
        Document after = replays()
                .findOneAndUpdate(
                        ours(id, instance),
                        step == null
                                ? beat
                                : combine(
                                        beat,
                                        set("position", step.position()),
                                        set("events_done", step.done()),
                                        set("events_total", step.total()),
                                        set("events_per_second", step.perSecond())),
                        new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER));
        if (after == null) return Standing.LOST;
        return after.getBoolean(ABORT, false) ? Standing.TO_ABORT : Standing.OURS;
    }

    /** From here on it can't be aborted; whether it is still to be done. */
    boolean switching(UUID id, String instance) {
        return replays()
                        .updateOne(
                                and(ours(id, instance), ne(ABORT, true)),
                                combine(set(STATUS, Replay.SWITCHING), inc(BEAT, 1L)))
                        .getMatchedCount()
                == 1;
    }

    void note(UUID id, String instance, String error) {
        replays().updateOne(ours(id, instance), combine(set("error", error), inc(BEAT, 1L)));
    }

    void done(UUID id, String instance, long parked) {
        finish(id, instance, Replay.DONE, combine(set("parked", parked), set("error", null)));
    }

    void aborted(UUID id, String instance) {
        finish(id, instance, Replay.ABORTED, set("error", null));
    }

    /** Whether it was still this instance's to end. */
    boolean failed(UUID id, String instance) {
        return finish(id, instance, Replay.FAILED, set("events_per_second", null));
    }

    /** Lets another instance go on at once. */
    void release(UUID id, String instance) {
        replays().updateOne(ours(id, instance), set(BY, ""));
    }

    /** Forgets those that were over before an instant. */
    void forgetBefore(Instant instant) {
        replays().deleteMany(lt("finished_at", Date.from(instant)));
    }

    private boolean finish(UUID id, String instance, String status, Bson more) {
        return replays()
                        .updateOne(
                                ours(id, instance),
                                combine(
                                        set(STATUS, status),
                                        set(ACTIVE, id.toString()),
                                        set("finished_at", Date.from(clock.instant())),
                                        more))
                        .getMatchedCount()
                == 1;
    }

    private static Bson ours(UUID id, String instance) {
        return and(eq(id.toString()), eq(BY, instance), ne(ACTIVE, id.toString()));
    }

    private List<Document> documentsOf(Bson filter) {
        return replays().find(filter).sort(ascending("requested_at", "_id")).into(new ArrayList<>());
    }

    private MongoCollection<Document> replays() {
        return store.collection("replays");
    }

    /** For what a person is answered, which a crash of the store doesn't take back. */
    private MongoCollection<Document> durable() {
        return replays().withWriteConcern(WriteConcern.JOURNALED);
    }

    private static Replay read(Document document) {
        long done = document.getLong("events_done");
        long total = Math.max(done, document.getLong("events_total"));
        Date finished = document.getDate("finished_at");
        Long perSecond = finished == null ? document.getLong("events_per_second") : null;
        return new Replay(
                UUID.fromString(document.getString("_id")),
                document.getString("projection"),
                document.getString("collection"),
                document.getString(STATUS),
                document.getBoolean(ABORT, false),
                document.getString("requested_by"),
                document.getDate("requested_at").toInstant(),
                instant(document.getDate("started_at")),
                instant(finished),
                document.getLong("position"),
                done,
                total,
                perSecond,
                perSecond == null || perSecond == 0 ? null : Math.ceilDiv(total - done, perSecond),
                document.getLong("parked"),
                document.getString("error"));
    }

    private static @Nullable Instant instant(@Nullable Date date) {
        return date == null ? null : date.toInstant();
    }
}
