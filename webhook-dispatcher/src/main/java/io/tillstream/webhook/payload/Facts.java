package io.tillstream.webhook.payload;

import io.tillstream.events.Concept;
import io.tillstream.events.Concepts;
import io.tillstream.events.State;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.Unreadable;
import io.tillstream.events.product.ProductEvent;
import io.tillstream.store.EventLog;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run of events refers to, as it was at each of them: folded from the store, and kept no longer than the run. Of a long
 * history only what the run can ask for is in memory.
 */
public final class Facts {
    private static final Logger log = LoggerFactory.getLogger(Facts.class);

    /** Of nothing. */
    public static final Facts NONE = new Facts(Map.of());

    private final Map<UUID, Past> pasts;

    private Facts(Map<UUID, Past> pasts) {
        this.pasts = pasts;
    }

    /**
     * What some public events of a run refer to, which is read from the store unless it began in the run.
     *
     * @param run all events from one position to another, in order
     */
    public static Facts of(List<Envelope> asked, List<Envelope> run, EventLog log) {
        Set<UUID> first = new HashSet<>();
        Set<UUID> second = new HashSet<>();
        for (Envelope envelope : asked) {
            if (envelope.event() instanceof ProductEvent product) first.add(product.productId());
            if (envelope.event() instanceof AccessEvent access) {
                first.add(access.accessId());
                second.add(access.userId());
            }
        }
        if (first.isEmpty()) return NONE;
        Map<UUID, Past> pasts = new HashMap<>(pasts(first, run, log));
        for (Past past : List.copyOf(pasts.values()))
            if (past.last() instanceof Access access) second.add(access.productId());
        second.removeAll(first);
        pasts.putAll(pasts(second, run, log));
        return new Facts(pasts);
    }

    /** Of one that can't be read from some event on, nobody is told from there on. */
    private static Map<UUID, Past> pasts(Set<UUID> ids, List<Envelope> run, EventLog log) {
        long from = run.getFirst().position();
        Map<UUID, Past> pasts = new HashMap<>();
        Consumer<Envelope> listener = one ->
                pasts.computeIfAbsent(one.aggregateId(), id -> new Past(one)).add(one, from);
        Set<UUID> begunInRun = new HashSet<>();
        for (Envelope one : run) {
            if (!ids.contains(one.aggregateId())) continue;
            if (one.sequence() == 0) begunInRun.add(one.aggregateId());
            if (begunInRun.contains(one.aggregateId())) listener.accept(one);
        }
        Set<UUID> begunBefore = new HashSet<>(ids);
        begunBefore.removeAll(begunInRun);
        log.tell(begunBefore, run.getLast().position(), listener);
        return pasts;
    }

    /** The state after the event at a position; null when there was nothing yet. */
    <S extends State> @Nullable S at(Concept<S, ?> concept, UUID id, long position) {
        Past past = pasts.get(id);
        return past == null ? null : past.at(concept, position);
    }

    /** Who made the first event of an aggregate. */
    String maker(UUID id) {
        Past past = pasts.get(id);
        return past == null ? "" : past.maker;
    }

    /** The access an event belongs to, which is there, since the event is. */
    Access access(AccessEvent event, long position) {
        return Objects.requireNonNull(at(Access.CONCEPT, event.accessId(), position), "no such access");
    }

    /** An aggregate's states from the last one before a run on, by the positions of their events. */
    private static final class Past {
        private final String maker;
        private final Concept<?, ?> concept;
        private final NavigableMap<Long, State> states = new TreeMap<>();
        private long unreadableFrom = Long.MAX_VALUE;

        Past(Envelope first) {
            maker = first.metadata().actor();
            concept = Concepts.named(first.aggregateType());
        }

        void add(Envelope envelope, long from) {
            if (unreadableFrom < Long.MAX_VALUE) return;
            if (envelope.event() instanceof Unreadable) {
                unreadableFrom = envelope.position();
                return;
            }
            State after;
            try {
                after = after(concept, last(), envelope);
            } catch (RuntimeException e) {
                log.error("{} at position {} can't be folded", envelope.type(), envelope.position(), e);
                unreadableFrom = envelope.position();
                return;
            }
            if (envelope.position() < from) states.clear();
            states.put(envelope.position(), after);
        }

        private static <S extends State> S after(Concept<S, ?> concept, @Nullable State before, Envelope envelope) {
            return concept.after(before == null ? null : concept.stateType().cast(before), envelope.event());
        }

        @Nullable
        State last() {
            return states.isEmpty() ? null : states.lastEntry().getValue();
        }

        <S extends State> @Nullable S at(Concept<S, ?> asked, long position) {
            Map.Entry<Long, State> found = states.floorEntry(position);
            return found == null || position >= unreadableFrom
                    ? null
                    : asked.stateType().cast(found.getValue());
        }
    }
}
