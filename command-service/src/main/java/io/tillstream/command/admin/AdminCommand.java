package io.tillstream.command.admin;

import java.util.UUID;
import org.axonframework.modelling.command.TargetAggregateIdentifier;

/**
 * Everything that can be asked of an admin. Passwords come as their Argon2id hash, with the id of the secret that it is to
 * be kept as.
 */
sealed interface AdminCommand {
    record AddAdmin(@TargetAggregateIdentifier UUID adminId, String email, UUID passwordId, String passwordHash)
            implements AdminCommand {
        @Override
        public String toString() {
            return "AddAdmin[" + adminId + "]";
        }
    }

    record ChangeAdminPassword(@TargetAggregateIdentifier UUID adminId, UUID passwordId, String passwordHash)
            implements AdminCommand {
        @Override
        public String toString() {
            return "ChangeAdminPassword[" + adminId + "]";
        }
    }
}
