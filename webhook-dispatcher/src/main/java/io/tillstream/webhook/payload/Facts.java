package io.tillstream.webhook.payload;

import io.tillstream.events.Concept;
import io.tillstream.events.State;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.Unreadable;
import io.tillstream.events.product.ProductEvent;
import io.tillstream.store.EventLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a run of events refers to, as it was at each of them: folded from the store, and kept no longer than the run. */
public final class Facts {
    private final Map<UUID, List<Envelope>> histories;

    private Facts(Map<UUID, List<Envelope>> histories) {
        this.histories = histories;
    }

    /** Reads what public events of this run refer to. */
    public static Facts of(List<Envelope> run, EventLog log) {
        if (run.isEmpty()) return new Facts(Map.of());
        long to = run.getLast().position();
        Set<UUID> first = new HashSet<>();
        Set<UUID> second = new HashSet<>();
        for (Envelope envelope : run) {
            if (envelope.event() instanceof ProductEvent product) first.add(product.productId());
            if (envelope.event() instanceof AccessEvent access) {
                first.add(access.accessId());
                second.add(access.userId());
            }
        }
        if (first.isEmpty()) return new Facts(Map.of());
        Map<UUID, List<Envelope>> histories = new HashMap<>(histories(first, to, log));
        for (List<Envelope> history : List.copyOf(histories.values()))
            if (history.getFirst().event() instanceof AccessEvent.AccessGranted granted)
                second.add(granted.productId());
        second.removeAll(first);
        histories.putAll(histories(second, to, log));
        return new Facts(histories);
    }

    /** Each oldest first; none for one that can't be read, of which nobody is told then. */
    private static Map<UUID, List<Envelope>> histories(Set<UUID> ids, long to, EventLog log) {
        Map<UUID, List<Envelope>> histories = new HashMap<>();
        log.tell(
                ids,
                to,
                one -> histories
                        .computeIfAbsent(one.aggregateId(), id -> new ArrayList<>())
                        .add(one));
        histories.values().removeIf(history -> history.stream().anyMatch(one -> one.event() instanceof Unreadable));
        return histories;
    }

    /** The state after the event at a position; null when there was nothing yet. */
    <S extends State> @Nullable S at(Concept<S, ?> concept, UUID id, long position) {
        @Nullable S state = null;
        for (Envelope envelope : histories.getOrDefault(id, List.of())) {
            if (envelope.position() > position) break;
            state = concept.after(state, envelope.event());
        }
        return state;
    }

    /** Who made the first event of an aggregate. */
    String maker(UUID id) {
        List<Envelope> history = histories.getOrDefault(id, List.of());
        return history.isEmpty() ? "" : history.getFirst().metadata().actor();
    }

    /** The access an event belongs to, which is there, since the event is. */
    Access access(AccessEvent event, long position) {
        return Objects.requireNonNull(at(Access.CONCEPT, event.accessId(), position), "no such access");
    }
}
