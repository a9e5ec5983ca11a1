package io.tillstream.command.platform;

import io.tillstream.events.DomainEvent;
import java.util.ArrayDeque;
import java.util.Queue;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;

/** The events of one unit of work that no reaction has seen yet. */
final class Happened {
    private static final String RESOURCE = Happened.class.getName();

    /** An event that is about to be appended. */
    record Event(String id, DomainEvent event) {}

    private final Queue<Event> events = new ArrayDeque<>();

    /** Those of the current unit of work and all that are nested in it. */
    static Happened current() {
        return CurrentUnitOfWork.get().root().getOrComputeResource(RESOURCE, key -> new Happened());
    }

    void note(String id, DomainEvent event) {
        events.add(new Event(id, event));
    }

    @Nullable
    Event next() {
        return events.poll();
    }
}
