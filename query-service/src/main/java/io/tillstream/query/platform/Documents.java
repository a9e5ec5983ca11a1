package io.tillstream.query.platform;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Projections.exclude;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Sorts.descending;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import io.tillstream.events.Mode;
import io.tillstream.http.access.Caller;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.history.Moment;
import io.tillstream.http.history.Single;
import io.tillstream.http.history.Source;
import io.tillstream.http.list.Cursor;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.store.EventLog;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** The documents of one projection, as controllers read them. The only way to them leads through the caller's mode. */
public final class Documents<S> implements Source<S> {
    private final Projection<S> projection;
    private final ReadStore store;
    private final Function<String, @Nullable Feed<?>> current;
    private final EventLog events;
    private final Clock clock;

    Documents(
            Projection<S> projection,
            ReadStore store,
            Function<String, @Nullable Feed<?>> current,
            EventLog events,
            Clock clock) {
        this.projection = projection;
        this.store = store;
        this.current = current;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public Projection<S> folding() {
        return projection;
    }

    @Override
    public Optional<Current<S>> find(Caller caller, UUID id) {
        return visibleTo(caller).find(id).map(stored -> new Current<>(stored.state(), stored.stale()));
    }

    @Override
    public Map<UUID, S> findAll(Caller caller, Collection<UUID> ids) {
        return visibleTo(caller).findAll(ids);
    }

    /** Things as they are at this moment. */
    public Moment now(Caller caller) {
        return new Moment.Now(caller, clock.instant());
    }

    /**
     * One of them for this caller, now and in the past.
     *
     * @param name what it is called where it isn't found, such as {@code Product}
     */
    public Single<S> single(Caller caller, String name) {
        return new Single<>(this, events, clock, caller, name);
    }

    /** What this caller may see. Nothing else decides it: a key never reads the other mode's data. */
    public Visible visibleTo(Caller caller) {
        return new Visible(modeFor(caller));
    }

    private Feed<?> feed() {
        Feed<?> feed = current.apply(projection.name());
        if (feed == null) throw new Invalid(ErrorCode.SERVICE_UNAVAILABLE, "The read store can't be reached");
        feed.awaitReadable();
        return feed;
    }

    /** Reads once more where reads switched meanwhile: what was found then may be newer than what the next read finds. */
    private <T> T reading(Function<Feed<?>, T> from) {
        while (true) {
            Feed<?> feed = feed();
            T found = from.apply(feed);
            Feed<?> now = current.apply(projection.name());
            if (now == null || now.collection().equals(feed.collection())) return found;
        }
    }

    /** The documents of one mode that aren't deleted. */
    public final class Visible {
        private final Mode mode;

        private Visible(Mode mode) {
            this.mode = mode;
        }

        public Optional<Stored<S>> find(UUID id) {
            return find(eq(Stored.ID, id.toString())).stream().findFirst();
        }

        /** Those of the given ids that there are, by id. */
        public Map<UUID, S> findAll(Collection<UUID> ids) {
            if (ids.isEmpty()) return Map.of();
            Map<UUID, S> found = new LinkedHashMap<>();
            find(in(Stored.ID, ids.stream().distinct().map(UUID::toString).toList()))
                    .forEach(stored -> found.put(stored.id(), stored.state()));
            return found;
        }

        /** All that match, by id. */
        public List<Stored<S>> find(Bson filter) {
            return reading(feed -> find(feed, filter));
        }

        private List<Stored<S>> find(Feed<?> feed, Bson filter) {
            List<Stored<S>> found = new ArrayList<>();
            for (Document document : collection(feed)
                    .find(visible(filter))
                    .sort(ascending(Stored.ID))
                    .projection(exclude(Search.KEY))) found.add(read(feed, document));
            return found;
        }

        /** One page, sorted as the query says. */
        public Listing<Stored<S>> page(ListQuery query, Columns columns, Bson... filters) {
            return reading(feed -> page(feed, query, columns, null, filters));
        }

        /** One page, and how many documents there are on all of them. */
        public Listing<Stored<S>> pageAndTotal(ListQuery query, Columns columns, Bson... filters) {
            return reading(
                    feed -> page(feed, query, columns, collection(feed).countDocuments(visible(filters)), filters));
        }

        private Listing<Stored<S>> page(
                Feed<?> feed, ListQuery query, Columns columns, @Nullable Long total, Bson... filters) {
            String key = columns.key(query.sortBy());
            Bson filter = after(query, columns, visible(filters));
            Bson order = query.ascending() ? ascending(key, Stored.ID) : descending(key, Stored.ID);
            List<Document> rows = collection(feed)
                    .find(filter)
                    .sort(order)
                    .limit(query.limit() + 1)
                    .projection(exclude(Search.KEY))
                    .into(new ArrayList<>());
            Function<Document, Cursor> after =
                    row -> query.after(Columns.carried(row.get(key)), UUID.fromString(row.getString(Stored.ID)));
            return Listing.page(query, rows, after, total).map(row -> read(feed, row));
        }

        private Bson visible(Bson... filters) {
            List<Bson> all = new ArrayList<>();
            all.add(eq(Stored.MODE, mode.wire()));
            all.add(eq(Stored.DELETED, false));
            for (Bson filter : filters) {
                if (!filter.equals(Filters.empty())) all.add(filter);
            }
            return and(all);
        }

        private MongoCollection<Document> collection(Feed<?> feed) {
            return store.collection(feed.collection());
        }

        private Stored<S> read(Feed<?> feed, Document document) {
            Stored<S> stored = Stored.read(document, projection.stateType());
            return feed.isParked(stored.id()) ? stored.asStale() : stored;
        }
    }

    /** What matches a filter and comes after the query's cursor. */
    static Bson after(ListQuery query, Columns columns, Bson filter) {
        Cursor cursor = query.cursor();
        if (cursor == null) return filter;
        return and(filter, beyond(cursor, columns.key(query.sortBy()), columns.value(query.sortBy(), cursor)));
    }

    // The first bound is implied by the second and lets an index start there.
    private static Bson beyond(Cursor cursor, String key, Object value) {
        String id = cursor.id().toString();
        return cursor.ascending()
                ? and(gte(key, value), or(gt(key, value), gt(Stored.ID, id)))
                : and(lte(key, value), or(lt(key, value), lt(Stored.ID, id)));
    }
}
