package io.tillstream.events;

import java.util.UUID;

/** An event or state with {@link Personal} components, and whose key seals them. */
public interface AboutPerson {
    UUID personId();

    /** Whether the person is erased, so that nothing here shows anything of him. */
    default boolean showsNobody() {
        return false;
    }
}
