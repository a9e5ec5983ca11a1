package io.tillstream.http.history;

import io.tillstream.events.Concept;
import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.events.admin.Admin;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.http.text.Uuids;
import io.tillstream.store.EventLog;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the actors of events are called. */
final class Actors {
    /**
     * A kind of actor: {@code <prefix>:<id>}, whose name is in an aggregate's state.
     *
     * @param name of today; null where it is gone
     */
    private record Kind<S extends State>(String prefix, Concept<S, ?> concept, Function<S, @Nullable String> name) {
        @Nullable
        String of(EventLog events, UUID id) {
            ConceptFolding<S> folding = () -> concept;
            Folds<S> folds = new Folds<>(folding, Mode.SHOP, Set.of(id));
            events.tell(Set.of(id), Long.MAX_VALUE, folds::take);
            return folds.get(id).map(name).orElse(null);
        }
    }

    private static final List<Kind<?>> KINDS = List.of(
            new Kind<>("api_key", ApiKey.CONCEPT, ApiKey::name), new Kind<>("admin", Admin.CONCEPT, Admin::email));

    private final EventLog events;

    Actors(EventLog events) {
        this.events = events;
    }

    /** The names of those that have one, by actor. */
    Map<String, String> names(Collection<String> actors) {
        Map<String, String> names = new HashMap<>();
        for (String actor : actors) {
            for (Kind<?> kind : KINDS) {
                String name = name(kind, actor);
                if (name != null) names.put(actor, name);
            }
        }
        return names;
    }

    private @Nullable String name(Kind<?> kind, String actor) {
        if (!actor.startsWith(kind.prefix() + ":")) return null;
        UUID id = Uuids.parse(actor.substring(kind.prefix().length() + 1)).orElse(null);
        return id == null ? null : kind.of(events, id);
    }
}
