package io.tillstream.events;

import java.util.UUID;

/** An event or state with {@link Personal} components, and whose key seals them. */
public interface AboutPerson {
    UUID personId();
}
