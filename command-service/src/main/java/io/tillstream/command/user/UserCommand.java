package io.tillstream.command.user;

import java.util.UUID;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** Everything that can be asked of an account. */
sealed interface UserCommand {
    record RegisterUser(
            @TargetAggregateIdentifier UUID userId,
            String email,
            @Nullable String name) implements UserCommand {
        /** Leaves out whom it is about: commands get into logs. */
        @Override
        public String toString() {
            return "RegisterUser[" + userId + "]";
        }
    }

    record EraseUser(@TargetAggregateIdentifier UUID userId, String reason) implements UserCommand {
        /** Leaves out the reason, which may name somebody before it is refused. */
        @Override
        public String toString() {
            return "EraseUser[" + userId + "]";
        }
    }
}
