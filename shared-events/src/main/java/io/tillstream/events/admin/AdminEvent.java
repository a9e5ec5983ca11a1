package io.tillstream.events.admin;

import io.tillstream.events.AboutPerson;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Personal;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Everything that can happen to an admin. Passwords are elsewhere: events name the row that holds the hash of one. */
public sealed interface AdminEvent extends DomainEvent {
    UUID adminId();

    @Override
    default UUID aggregateId() {
        return adminId();
    }

    /**
     * Somebody may run the shop.
     *
     * @param email as typed; null only once the person is erased
     * @param passwordId the secret that holds the password's hash
     */
    record AdminAdded(
            UUID adminId, Instant at, @Personal @Nullable String email, UUID passwordId)
            implements AdminEvent, AboutPerson {
        @Override
        public UUID personId() {
            return adminId;
        }
    }

    record AdminPasswordChanged(UUID adminId, Instant at, UUID passwordId) implements AdminEvent {}
}
