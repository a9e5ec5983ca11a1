package io.tillstream.http.history;

import io.tillstream.events.Concept;
import io.tillstream.events.Concepts;
import io.tillstream.events.State;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.access.Caller;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.history.HistoryEntry.Change;
import io.tillstream.http.list.Cursor;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.store.EventLog;
import io.tillstream.store.EventLog.Opened;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The events of some aggregates, page by page, each with what it changed. A page folds its aggregates once, up to its last
 * event. Positions never change, so that nothing that was there when somebody began to page is skipped or shown twice.
 */
final class History {
    private record Step(@Nullable State before, State after) {}

    private final EventLog events;
    private final Actors actors;
    private final Caller caller;
    private final Single.Shown shown;

    History(EventLog events, Caller caller, Single.Shown shown) {
        this.events = events;
        this.actors = new Actors(events);
        this.caller = caller;
        this.shown = shown;
    }

    Listing<HistoryEntry> page(Collection<UUID> aggregates, ListQuery query) {
        Opened rows = events.page(aggregates, beyond(query.cursor()), query.ascending(), query.limit() + 1);
        Listing<Envelope> page = Listing.page(
                query, rows.events(), rows.more(), row -> query.after(row.position(), UUID.fromString(row.id())), null);
        Map<Long, Step> steps = steps(page.data());
        Map<String, String> names = actors.names(
                page.data().stream().map(event -> event.metadata().actor()).collect(Collectors.toSet()));
        return page.map(event -> HistoryEntry.of(
                event, names.get(event.metadata().actor()), changes(event, steps.get(event.position()))));
    }

    private static @Nullable Long beyond(@Nullable Cursor cursor) {
        if (cursor == null) return null;
        Long position = cursor.number();
        if (position == null) throw new Invalid(ErrorCode.INVALID_INPUT, "Invalid cursor");
        return position;
    }

    /** The states around each event of a page, by position; none from an event on that can't be read. */
    private Map<Long, Step> steps(List<Envelope> page) {
        Set<Long> wanted = page.stream().map(Envelope::position).collect(Collectors.toSet());
        Set<UUID> aggregates = page.stream().map(Envelope::aggregateId).collect(Collectors.toSet());
        long last = page.stream().mapToLong(Envelope::position).max().orElse(0);
        Map<UUID, State> states = new HashMap<>();
        Map<Long, Step> steps = new HashMap<>();
        Set<UUID> unknown = new HashSet<>();
        events.tell(aggregates, last, event -> {
            if (unknown.contains(event.aggregateId())) return;
            State before = states.get(event.aggregateId());
            try {
                State after = after(Concepts.named(event.aggregateType()), before, event);
                states.put(event.aggregateId(), after);
                if (wanted.contains(event.position())) steps.put(event.position(), new Step(before, after));
            } catch (RuntimeException e) {
                unknown.add(event.aggregateId());
            }
        });
        return steps;
    }

    private static <S extends State> S after(Concept<S, ?> concept, @Nullable State before, Envelope event) {
        return concept.after(before == null ? null : concept.stateType().cast(before), event.event());
    }

    private @Nullable Map<String, Change> changes(Envelope event, @Nullable Step step) {
        if (step == null) return null;
        Moment at = new Past(events, caller, event.time());
        return difference(seen(step.before(), at), seen(step.after(), at));
    }

    private ObjectNode seen(@Nullable State state, Moment at) {
        return state == null || state.deleted()
                ? JsonNodeFactory.instance.objectNode()
                : EventJson.CLIENT.valueToTree(shown.of(state, at));
    }

    private static Map<String, Change> difference(ObjectNode before, ObjectNode after) {
        Set<String> fields = new LinkedHashSet<>(after.propertyNames());
        fields.addAll(before.propertyNames());
        Map<String, Change> changes = new LinkedHashMap<>();
        for (String field : fields) {
            JsonNode was = before.get(field);
            JsonNode is = after.get(field);
            if (!Objects.equals(was, is)) changes.put(field, new Change(was, is));
        }
        return changes;
    }
}
