package io.tillstream.query.platform;

import io.tillstream.events.Concept;
import io.tillstream.events.State;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.http.text.Uuids;
import io.tillstream.store.EventLog;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the actors of events are called. */
public final class Actors {
    /**
     * A kind of actor: {@code <prefix>:<id>}, whose name is in an aggregate's state.
     *
     * @param name of today; null where it is gone
     */
    public record Kind<S extends State>(String prefix, Concept<S, ?> concept, Function<S, @Nullable String> name) {
        private @Nullable String nameAfter(List<Envelope> history) {
            return EventLog.fold(concept, history)
                    .map(folded -> name.apply(folded.state()))
                    .orElse(null);
        }
    }

    private final EventLog events;
    private final List<Kind<?>> kinds;

    Actors(EventLog events, List<Kind<?>> kinds) {
        this.events = events;
        this.kinds = List.copyOf(kinds);
    }

    /** The names of those that have one, by actor. */
    Map<String, String> names(Collection<String> actors) {
        Map<String, String> names = new HashMap<>();
        for (String actor : actors) {
            for (Kind<?> kind : kinds) {
                String name = name(kind, actor);
                if (name != null) names.put(actor, name);
            }
        }
        return names;
    }

    private @Nullable String name(Kind<?> kind, String actor) {
        if (!actor.startsWith(kind.prefix() + ":")) return null;
        UUID id = Uuids.parse(actor.substring(kind.prefix().length() + 1)).orElse(null);
        return id == null ? null : kind.nameAfter(events.history(id));
    }
}
