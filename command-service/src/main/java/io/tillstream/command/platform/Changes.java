package io.tillstream.command.platform;

import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.events.derived.Derived;
import io.tillstream.store.DerivedRows.Change;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;

/** What the aggregates of one unit of work were before and are after it; the appender writes the difference. */
final class Changes {
    private static final String RESOURCE = Changes.class.getName();

    private final Map<UUID, Change> byAggregate = new LinkedHashMap<>();

    /** Those of the current unit of work and all that are nested in it. */
    static Changes current() {
        return CurrentUnitOfWork.get().root().getOrComputeResource(RESOURCE, key -> new Changes());
    }

    void note(String aggregateType, Mode mode, @Nullable State before, State after) {
        Change earlier = byAggregate.get(after.id());
        Derived from = earlier != null ? earlier.before() : before == null ? Derived.NOTHING : before.derived();
        byAggregate.put(after.id(), new Change(after.id(), aggregateType, mode, from, after.derived()));
    }

    Collection<Change> take() {
        List<Change> all = List.copyOf(byAggregate.values());
        byAggregate.clear();
        return all;
    }
}
