package io.tillstream.command.platform;

import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import java.util.List;

/**
 * What else has to happen when something happened, in the same transaction: all of it or nothing. Named by its sentence, as
 * {@code WhenUserErasedRevokeAccess}, and that is the actor of what it makes. What may come later, or needs the world
 * outside, is no reaction of this kind.
 */
public interface Reaction {
    /** The commands that follow from an event, in the order in which their aggregates are to be locked. */
    List<?> to(DomainEvent event, Mode mode);
}
