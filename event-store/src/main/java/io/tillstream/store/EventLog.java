package io.tillstream.store;

import io.tillstream.events.Concept;
import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Reads history: all of it in order, or the prefix of one aggregate. Never appends. */
public final class EventLog {
    /**
     * What an aggregate's events add up to.
     *
     * @param position of the last event in it
     */
    public record Folded<S extends State>(S state, Mode mode, long position) {}

    /**
     * Some events in a row.
     *
     * @param more whether there are more of them
     */
    public record Opened(List<Envelope> events, boolean more) {}

    private static final int RUN = 200;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private final JdbcClient jdbc;
    private final TransactionTemplate ownTransaction;
    private final StoredEvents.Opener opener;
    private final Sealing sealing;

    /**
     * Reads through one connection pool.
     *
     * @param ownTransaction runs in a transaction of its own, whatever the caller's
     */
    public EventLog(JdbcClient jdbc, TransactionTemplate ownTransaction, EventJson json, Sealing sealing) {
        this.jdbc = jdbc;
        this.ownTransaction = ownTransaction;
        this.sealing = sealing;
        this.opener = StoredEvents.opener(json, sealing);
    }

    /** Fails when this store was made with another master key than the one at hand. */
    public void requireMasterKey() {
        sealing.requireMasterKey();
    }

    /** All events after a position; 0 for all there are. */
    public Tail tailFrom(long position) {
        return new Tail(jdbc, fence(position), opener, position);
    }

    /** Rows as what they say, with an {@link io.tillstream.events.envelope.Unreadable} in the place of each that says nothing. */
    public List<Envelope> openEvenIfUnreadable(List<StoredEvent> rows) {
        return StoredEvents.evenIfUnreadable(opener).open(rows);
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    Fence fence(long settled) {
        return new Fence(jdbc, ownTransaction, settled);
    }

    /** All events of one aggregate, oldest first; empty when there is none. */
    public List<Envelope> history(UUID aggregateId) {
        return opener.open(jdbc.sql(StoredEvents.SELECT + " where aggregate_id = :id order by sequence")
                .param("id", aggregateId.toString())
                .query((rs, n) -> StoredEvents.row(rs))
                .list());
    }

    /** One event of an aggregate. */
    public Optional<Envelope> event(UUID aggregateId, long sequence) {
        return openEvenIfUnreadable(jdbc.sql(StoredEvents.SELECT + " where aggregate_id = :id and sequence = :sequence")
                        .param("id", aggregateId.toString())
                        .param("sequence", sequence)
                        .query((rs, n) -> StoredEvents.row(rs))
                        .list())
                .stream()
                .findFirst();
    }

    /**
     * Some events of these aggregates, by position; fewer than asked for where they are large. One that can't be read is an
     * {@link io.tillstream.events.envelope.Unreadable}, here and in what else shows the past.
     *
     * @param beyond where to begin, exclusive; null for the first, or the last when descending
     */
    public Opened page(Collection<UUID> aggregates, @Nullable Long beyond, boolean ascending, int max) {
        EventRun run = StoredEvents.run(
                jdbc,
                StoredEvents.ofAggregates("position " + (ascending ? ">" : "<") + " :beyond", ascending),
                Map.of(
                        "ids",
                        texts(aggregates),
                        "beyond",
                        beyond != null ? beyond : ascending ? 0 : Long.MAX_VALUE,
                        "max",
                        max),
                max,
                ascending,
                StoredEvents.RUN_BYTES);
        return new Opened(openEvenIfUnreadable(run.events()), run.more());
    }

    /** Tells the events of these aggregates up to a position, in order; a few at a time are in memory. */
    public void tell(Collection<UUID> aggregates, long toPosition, Consumer<Envelope> listener) {
        tell(aggregates, toPosition, LAST, listener);
    }

    /** Tells the events of these aggregates with a time at or before an instant, in order; a few at a time are in memory. */
    public void tell(Collection<UUID> aggregates, Instant until, Consumer<Envelope> listener) {
        tell(aggregates, Long.MAX_VALUE, until, listener);
    }

    private void tell(Collection<UUID> aggregates, long toPosition, Instant until, Consumer<Envelope> listener) {
        if (aggregates.isEmpty()) return;
        String[] ids = texts(aggregates);
        long after = 0;
        EventRun run;
        do {
            run = StoredEvents.run(
                    jdbc,
                    StoredEvents.ofAggregates("position > :after and position <= :to and time <= :until", true),
                    Map.of(
                            "ids",
                            ids,
                            "after",
                            after,
                            "to",
                            toPosition,
                            "until",
                            EventJson.TIMESTAMP.format(until),
                            "max",
                            RUN),
                    RUN,
                    true,
                    StoredEvents.RUN_BYTES);
            openEvenIfUnreadable(run.events()).forEach(listener);
            after = run.reached(toPosition);
        } while (run.more());
    }

    private static String[] texts(Collection<UUID> ids) {
        return ids.stream().map(UUID::toString).toArray(String[]::new);
    }

    /** The aggregates that refer to one by a reference of that name. */
    public List<UUID> referringTo(UUID target, String name) {
        return jdbc.sql("select source from aggregate_references where target = :target and name = :name")
                .param("target", target)
                .param("name", name)
                .query((rs, n) -> UUID.fromString(rs.getString("source")))
                .list();
    }

    /** Folds an aggregate, if it is one of that concept. Deleted ones are folded too. */
    public <S extends State> Optional<Folded<S>> fold(Concept<S, ?> concept, UUID id) {
        return fold(concept, history(id));
    }

    /** Folds an aggregate of a mode that isn't deleted: what others may see and refer to. */
    public <S extends State> Optional<S> live(Concept<S, ?> concept, Mode mode, UUID id) {
        return fold(concept, id)
                .filter(folded -> folded.mode() == mode && !folded.state().deleted())
                .map(Folded::state);
    }

    /** Folds the given events, oldest first, if they belong to that concept. */
    public static <S extends State> Optional<Folded<S>> fold(Concept<S, ?> concept, List<Envelope> events) {
        if (events.isEmpty() || !events.getFirst().aggregateType().equals(concept.name())) return Optional.empty();
        @Nullable S state = null;
        for (Envelope event : events) state = concept.after(state, event.event());
        return state == null
                ? Optional.empty()
                : Optional.of(new Folded<>(
                        state,
                        events.getFirst().metadata().mode(),
                        events.getLast().position()));
    }

    /** Whether an event is there, committed, at a position. */
    public boolean isAt(long position, String eventId) {
        return jdbc.sql("select exists (select from events where position = :position and event_id = :id)")
                .param("position", position)
                .param("id", eventId)
                .query(Boolean.class)
                .single();
    }

    /** How many aggregates there have ever been. */
    public long countAggregates() {
        return jdbc.sql("select count(*) from events where sequence = 0")
                .query(Long.class)
                .single();
    }

    /** How many events there are up to and including a position. */
    public long countUpTo(long position) {
        return jdbc.sql("select count(*) from events where position <= :position")
                .param("position", position)
                .query(Long.class)
                .single();
    }

    /** The highest committed position there is; events below it may still be on their way. */
    public long highest() {
        return highest(jdbc);
    }

    /** Also for polls: they find nothing most of the time, and this is answered sooner than what they ask is planned. */
    static long highest(JdbcClient jdbc) {
        return jdbc.sql("select coalesce(max(position), 0) from events")
                .query(Long.class)
                .single();
    }
}
