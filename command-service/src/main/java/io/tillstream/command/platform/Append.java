package io.tillstream.command.platform;

import io.tillstream.store.Statements;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.WritableStore;
import java.util.List;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;

/** What one unit of work writes: its events, what the folds derive, the recorded answer. All of it waits for the commit. */
final class Append {
    private static final String RESOURCE = Append.class.getName();

    private final WritableStore store;
    private final Statements statements;
    private int events;
    private long lastPosition;

    private Append(WritableStore store) {
        this.store = store;
        this.statements = store.statements();
    }

    /** That of the current unit of work and all that are nested in it. */
    static Append current(WritableStore store) {
        return CurrentUnitOfWork.get().root().getOrComputeResource(RESOURCE, key -> new Append(store));
    }

    Statements statements() {
        return statements;
    }

    /** Adds events, and what the folds of the unit of work derive so far. */
    void add(List<StoredEvent> rows) {
        events += rows.size();
        store.append(statements, rows, position -> lastPosition = position);
        store.derived().write(statements, Changes.current().take());
    }

    /** How many events there are. */
    int events() {
        return events;
    }

    /** The position of the last of them once they are committed; 0 when there are none. */
    long lastPosition() {
        return lastPosition;
    }
}
