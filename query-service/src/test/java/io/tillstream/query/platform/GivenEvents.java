package io.tillstream.query.platform;

import io.tillstream.events.Concept;
import io.tillstream.events.Concepts;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Metadata;
import io.tillstream.http.Request;
import io.tillstream.http.access.Caller;
import io.tillstream.http.list.Cursor;
import io.tillstream.http.list.ListQuery;
import io.tillstream.query.ConceptReads;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** The read side on one database, told of events directly, which are stored too: what the follower does, without a topic. */
public final class GivenEvents implements AutoCloseable {
    private static final EventJson JSON = new EventJson(Concepts.ALL, List.of());

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    private final ReadStore store;
    private final GivenStore events = GivenStore.shared();
    private final List<Envelope> history = new ArrayList<>();
    private final Map<UUID, Long> sequences = new HashMap<>();
    private final Map<String, Feed<?>> feeds = new HashMap<>();
    private String actor = "system:test";
    private Instant now = Instant.parse("2026-05-01T12:00:00Z");

    public GivenEvents(ReadStoreServer server) {
        this(server, Instant.parse("2026-05-01T12:00:00Z"));
    }

    private GivenEvents(ReadStoreServer server, Instant start) {
        now = start;
        var database = server.open();
        store = new ReadStore(database, clock(), new Interruptions());
        context.registerBean(com.mongodb.client.MongoDatabase.class, () -> database);
        context.registerBean(Clock.class, this::clock);
        context.registerBean(Reads.class, () -> new Reads(store, feeds::get, events.log, clock()));
        context.registerBean(
                QuerySettings.class,
                () -> new QuerySettings(new QuerySettings.Mongodb("", ""), new QuerySettings.Kafka(""), "", "USD"));
        context.register(ConceptReads.class);
        context.refresh();
        reopen();
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
    }

    /** As after a restart: positions come from the checkpoints. */
    public void reopen() {
        for (Projection<?> projection : context.getBeansOfType(Projection.class).values())
            feeds.put(projection.name(), Feed.open(projection, store.current(projection), store));
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public List<Object> controllers() {
        return List.copyOf(context.getBeansWithAnnotation(org.springframework.web.bind.annotation.RestController.class)
                .values());
    }

    public Instant now() {
        return now;
    }

    public void itIs(Instant instant) {
        now = instant;
    }

    /** Each in a batch of its own, a second apart. */
    public GivenEvents happened(Mode mode, DomainEvent... events) {
        for (DomainEvent event : events) bring(List.of(envelope(mode, event)));
        return this;
    }

    /** Everything that has happened, once more. */
    public GivenEvents again() {
        bring(List.copyOf(history));
        return this;
    }

    /** Everything that has happened, told to another read side in batches of these sizes, by turns. */
    public void retell(GivenEvents other, List<Integer> sizes) {
        int from = 0;
        for (int i = 0; from < history.size(); i++) {
            int to = Math.min(history.size(), from + sizes.get(i % sizes.size()));
            other.bring(history.subList(from, to));
            from = to;
        }
    }

    /** As {@link #retell}, as the store has it by now. */
    public void retellFromStore(GivenEvents other) {
        other.bring(history.stream()
                .map(Envelope::aggregateId)
                .distinct()
                .flatMap(id -> events.log.history(id).stream())
                .sorted(Comparator.comparingLong(Envelope::position))
                .toList());
    }

    private void bring(List<Envelope> events) {
        for (Feed<?> feed : feeds.values()) feed.apply(events);
    }

    /** As {@link #again}, to instances that know nothing of what was written. */
    public void againFromCheckpointZero() {
        for (Feed<?> feed : feeds.values()) {
            Feed<?> fresh = Feed.open(feed.projection(), feed.collection(), store);
            fresh.apply(history);
        }
    }

    public Envelope envelope(Mode mode, DomainEvent event) {
        return envelope(mode, event, conceptOf(event));
    }

    public Envelope envelope(Mode mode, DomainEvent event, String aggregateType) {
        long sequence = sequences.merge(event.aggregateId(), 0L, (known, zero) -> known + 1);
        boolean known =
                Concepts.ALL.stream().anyMatch(concept -> concept.eventType().isInstance(event));
        String id = UUID.randomUUID().toString();
        String type = known ? JSON.typeOf(event.getClass()).name() : aggregateType + ".unheard_of";
        Metadata metadata = new Metadata(actor, "r", "c", "c", mode);
        long position =
                known ? events.append(id, aggregateType, sequence, type, metadata, event) : events.takePosition();
        Envelope envelope = new Envelope(
                id, position, aggregateType, event.aggregateId(), sequence, type, 1, event.at(), metadata, event);
        history.add(envelope);
        return envelope;
    }

    /** What happens from now on is this one's doing. */
    public GivenEvents by(String newActor) {
        actor = newActor;
        return this;
    }

    /** Where all that has happened is. */
    public GivenStore stored() {
        return events;
    }

    /** Tells of an event that can't be read. */
    public void happenedUnreadably(Mode mode, DomainEvent event, String aggregateType) {
        bring(List.of(envelope(mode, event, aggregateType)));
    }

    public long parked() {
        return store.countParked();
    }

    private static String conceptOf(DomainEvent event) {
        return Concepts.ALL.stream()
                .filter(concept -> concept.eventType().isInstance(event))
                .map(Concept::name)
                .findFirst()
                .orElseThrow();
    }

    public static Request request(Mode mode) {
        return request(mode, Map.of());
    }

    public static Request request(Mode mode, Map<String, List<String>> query) {
        return Request.builder("GET", "/")
                .caller(Caller.admin(ADMIN, "tester", mode))
                .query(query)
                .build();
    }

    /** The admin that all requests come from. */
    public static final UUID ADMIN = UUID.fromString("0199c0de-0000-7000-8000-0000000000ad");

    /** A list request, as the edge would hand it over. */
    public static ListQuery list(
            String sortBy,
            boolean ascending,
            int limit,
            @Nullable String search,
            @Nullable String cursor,
            Map<String, String> filters) {
        return new ListQuery(
                limit,
                sortBy,
                ascending,
                search,
                cursor == null ? null : Cursor.decode(cursor, sortBy, ascending),
                cursor,
                filters);
    }

    @Override
    public void close() {
        context.close();
    }
}
