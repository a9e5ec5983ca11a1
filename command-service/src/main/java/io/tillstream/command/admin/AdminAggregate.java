package io.tillstream.command.admin;

import static org.axonframework.modelling.command.AggregateCreationPolicy.CREATE_IF_MISSING;

import io.tillstream.command.admin.AdminCommand.AddAdmin;
import io.tillstream.command.admin.AdminCommand.ChangeAdminPassword;
import io.tillstream.command.platform.EventSourced;
import io.tillstream.command.platform.Time;
import io.tillstream.events.admin.Admin;
import io.tillstream.events.admin.AdminEvent;
import io.tillstream.store.Secrets;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.modelling.command.CreationPolicy;

/** An admin, to Axon. The password's hash is written in the transaction of the event that names it. */
@AggregateRoot(type = "admin")
class AdminAggregate extends EventSourced<Admin, AdminEvent> {
    AdminAggregate() {
        super(Admin.CONCEPT);
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Admin handle(AddAdmin command, Time time, Secrets secrets) {
        Admin added = decide(time, (admin, now) -> AdminRules.add(admin, command, now));
        secrets.put(command.passwordId(), command.passwordHash());
        return added;
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Admin handle(ChangeAdminPassword command, Time time, Secrets secrets) {
        return decide(time, (admin, now) -> {
            var events = AdminRules.changePassword(admin, command, now);
            if (admin != null) secrets.delete(admin.passwordId());
            secrets.put(command.passwordId(), command.passwordHash());
            return events;
        });
    }
}
