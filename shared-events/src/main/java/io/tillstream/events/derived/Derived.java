package io.tillstream.events.derived;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows one aggregate implies.
 *
 * @param alive whether others may refer to it; references to an aggregate that isn't alive are refused
 * @param claims names that only one aggregate of a mode may hold
 * @param references aggregates that must be alive, and can't be deleted, while this refers to them
 * @param due when time itself makes something happen to it, or null
 * @param credential what authenticates with it, or null
 */
public record Derived(
        boolean alive,
        Set<Claim> claims,
        Set<Reference> references,
        @Nullable Instant due,
        @Nullable Credential credential) {
    /** What an aggregate implies that has no events yet, or is gone and referred to nothing. */
    public static final Derived NOTHING = new Derived(false, Set.of(), Set.of(), null, null);

    /** What an aggregate implies that others may refer to, and that is all. */
    public static final Derived ALIVE = new Derived(true, Set.of(), Set.of(), null, null);

    public static Derived alive(Claim... claims) {
        return new Derived(true, Set.of(claims), Set.of(), null, null);
    }

    public Derived refersTo(Reference... targets) {
        return new Derived(alive, claims, Set.of(targets), due, credential);
    }

    public Derived dueAt(@Nullable Instant instant) {
        return new Derived(alive, claims, references, instant, credential);
    }

    public Derived authenticates(@Nullable Credential by) {
        return new Derived(alive, claims, references, due, by);
    }
}
