package io.tillstream.command.admin;

import java.util.UUID;
import org.axonframework.modelling.command.TargetAggregateIdentifier;

/** Everything that can be asked of an admin. Passwords come as their Argon2id hash. */
sealed interface AdminCommand {
    record AddAdmin(@TargetAggregateIdentifier UUID adminId, String email, String passwordHash)
            implements AdminCommand {
        @Override
        public String toString() {
            return "AddAdmin[" + adminId + "]";
        }
    }

    record ChangeAdminPassword(@TargetAggregateIdentifier UUID adminId, String passwordHash) implements AdminCommand {
        @Override
        public String toString() {
            return "ChangeAdminPassword[" + adminId + "]";
        }
    }
}
