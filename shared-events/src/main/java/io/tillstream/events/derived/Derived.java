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
 * @param erased whether it was a person who is forgotten: his key is destroyed, and nothing new may refer to it
 */
public record Derived(
        boolean alive,
        Set<Claim> claims,
        Set<Reference> references,
        @Nullable Instant due,
        @Nullable Credential credential,
        boolean erased) {
    /** What an aggregate implies that has no events yet, or is gone and referred to nothing. */
    public static final Derived NOTHING = new Derived(false, Set.of(), Set.of(), null, null, false);

    /** What an aggregate implies that others may refer to, and that is all. */
    public static final Derived ALIVE = new Derived(true, Set.of(), Set.of(), null, null, false);

    /** What is left of a person who is forgotten: history goes on referring to him. */
    public static final Derived ERASED = new Derived(true, Set.of(), Set.of(), null, null, true);

    public static Derived alive(Claim... claims) {
        return new Derived(true, Set.of(claims), Set.of(), null, null, false);
    }

    public Derived refersTo(Reference... targets) {
        return new Derived(alive, claims, Set.of(targets), due, credential, erased);
    }

    public Derived dueAt(@Nullable Instant instant) {
        return new Derived(alive, claims, references, instant, credential, erased);
    }

    public Derived authenticates(@Nullable Credential by) {
        return new Derived(alive, claims, references, due, by, erased);
    }
}
