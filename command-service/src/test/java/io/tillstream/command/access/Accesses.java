package io.tillstream.command.access;

import static io.tillstream.command.CommandServices.request;

import io.tillstream.command.access.AccessCommand.GrantAccess;
import io.tillstream.command.access.AccessCommand.RevokeAccess;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.events.Mode;
import io.tillstream.events.access.Access;
import io.tillstream.http.Answer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;

/** Grants and revokes access in tests, as the controller would. */
public final class Accesses {
    private final CommandSender commands;

    public Accesses(ApplicationContext service) {
        commands = service.getBean(CommandSender.class);
    }

    /** Grants access in live mode; answers its id. */
    public UUID grant(UUID user, UUID product, @Nullable Integer days) {
        UUID id = UUID.randomUUID();
        commands.send(
                request("POST", "/api/v1/users/" + user + "/access", Mode.LIVE).build(),
                new GrantAccess(id, user, product, days, null),
                (Access access) -> Answer.created(access.id()));
        return id;
    }

    public void revoke(UUID user, UUID access) {
        commands.send(
                request("DELETE", "/api/v1/users/" + user + "/access/" + access, Mode.LIVE)
                        .build(),
                new RevokeAccess(access, user),
                (Access revoked) -> Answer.noContent());
    }
}
