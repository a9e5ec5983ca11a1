package io.tillstream.command.access;

import io.tillstream.command.access.AccessCommand.EndAccess;
import io.tillstream.command.platform.Reaction;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.access.Access;
import io.tillstream.events.user.UserEvent.UserErased;
import io.tillstream.store.DerivedRows;
import java.util.List;

/** When a user is erased, revokes all access that stands; a grant that is being made meanwhile comes before it or is refused. */
final class WhenUserErasedRevokeAccess implements Reaction {
    private final DerivedRows derived;

    WhenUserErasedRevokeAccess(DerivedRows derived) {
        this.derived = derived;
    }

    @Override
    public List<EndAccess> to(DomainEvent event, Mode mode) {
        return event instanceof UserErased erased
                ? derived.livingReferrers(Access.USER, erased.userId(), mode).stream()
                        .map(EndAccess::new)
                        .toList()
                : List.of();
    }
}
