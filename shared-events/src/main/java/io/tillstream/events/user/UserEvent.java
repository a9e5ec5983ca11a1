package io.tillstream.events.user;

import io.tillstream.events.AboutPerson;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.PersonErased;
import io.tillstream.events.Personal;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Everything that can happen to a customer's account. */
public sealed interface UserEvent extends DomainEvent {
    UUID userId();

    @Override
    default UUID aggregateId() {
        return userId();
    }

    /**
     * A customer got an account.
     *
     * @param email as typed; null only once the person is erased
     */
    record UserRegistered(
            UUID userId,
            Instant at,
            @Personal @Nullable String email,
            @Personal @Nullable String name) implements UserEvent, AboutPerson {
        @Override
        public UUID personId() {
            return userId;
        }
    }

    /**
     * The person is forgotten: what the account's earlier events said of him reads as null from now on.
     *
     * @param reason an admin's words, kept and published for ever; they name nobody
     */
    record UserErased(UUID userId, Instant at, String reason) implements UserEvent, PersonErased {}
}
