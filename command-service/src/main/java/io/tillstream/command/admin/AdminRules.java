package io.tillstream.command.admin;

import static io.tillstream.command.admin.AdminRefusal.UNKNOWN;

import io.tillstream.command.admin.AdminCommand.AddAdmin;
import io.tillstream.command.admin.AdminCommand.ChangeAdminPassword;
import io.tillstream.events.admin.Admin;
import io.tillstream.events.admin.AdminEvent;
import io.tillstream.events.admin.AdminEvent.AdminAdded;
import io.tillstream.events.admin.AdminEvent.AdminPasswordChanged;
import io.tillstream.http.error.Refused;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who runs the shop. That an e-mail has one admin is held by its claim. */
final class AdminRules {
    private AdminRules() {}

    static List<AdminEvent> add(@Nullable Admin admin, AddAdmin command, Instant now) {
        if (admin != null) return List.of();
        return List.of(new AdminAdded(command.adminId(), now, command.email(), command.passwordId()));
    }

    static List<AdminEvent> changePassword(@Nullable Admin admin, ChangeAdminPassword command, Instant now) {
        if (admin == null) throw new Refused(UNKNOWN);
        return List.of(new AdminPasswordChanged(command.adminId(), now, command.passwordId()));
    }
}
