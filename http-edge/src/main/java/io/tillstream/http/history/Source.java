package io.tillstream.http.history;

import io.tillstream.events.Mode;
import io.tillstream.http.access.Caller;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Things of a kind as they are now: what a service keeps of them for reading, the deleted ones left out. */
public interface Source<S> {
    /**
     * One as it is.
     *
     * @param stale whether an event couldn't be read and it stands still
     */
    record Current<S>(S state, boolean stale) {}

    Folding<S> folding();

    /** One, if this caller may see it. */
    Optional<Current<S>> find(Caller caller, UUID id);

    /** Those of the given ids that there are for this caller, by id. */
    Map<UUID, S> findAll(Caller caller, Collection<UUID> ids);

    /** The mode that a caller sees; a key never reads the other mode's data. */
    default Mode modeFor(Caller caller) {
        return folding().shopWide() ? Mode.SHOP : caller.mode();
    }
}
