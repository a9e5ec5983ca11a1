package io.tillstream.command.platform;

import io.tillstream.store.Statements;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.WritableStore;
import java.time.Duration;
import java.util.List;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;

/**
 * What one command writes: its events, what the folds derive, the recorded answer. All of it waits for the commit, but for what
 * a burial or an erasure has to see done before.
 */
final class Append {
    private static final String RESOURCE = Append.class.getName();

    private final WritableStore store;
    private final Statements statements;
    private int events;
    private long lastPosition;
    private long nanos;

    private Append(WritableStore store) {
        this.store = store;
        this.statements = store.statements();
    }

    /** Begins that of the current unit of work and all that are nested in it, for whoever commits it. */
    static Append begin(WritableStore store) {
        Append append = new Append(store);
        if (CurrentUnitOfWork.get().root().resources().putIfAbsent(RESOURCE, append) != null)
            throw new IllegalStateException("A command is sent inside another one's transaction");
        return append;
    }

    /** The one that was begun: events of anybody else would be lost. */
    static Append current() {
        Append append = CurrentUnitOfWork.get().root().getResource(RESOURCE);
        if (append == null) throw new IllegalStateException("Events are published by commands only");
        return append;
    }

    Statements statements() {
        return statements;
    }

    /** Adds events, and what the folds of the unit of work derive so far. */
    void add(List<StoredEvent> rows) {
        timed(() -> {
            events += rows.size();
            store.append(statements, rows, position -> lastPosition = position);
            store.derived().write(statements, Changes.current().take());
        });
    }

    /** Writes what waits, and commits it. */
    void commit() {
        timed(statements::runAndCommit);
    }

    private void timed(Runnable step) {
        long began = System.nanoTime();
        try {
            step.run();
        } finally {
            nanos += System.nanoTime() - began;
        }
    }

    /** How many events there are. */
    int events() {
        return events;
    }

    /** The position of the last of them once they are committed; 0 when there are none. */
    long lastPosition() {
        return lastPosition;
    }

    /** How long all of it has taken. */
    Duration took() {
        return Duration.ofNanos(nanos);
    }
}
