package io.tillstream.command.user;

import static io.tillstream.command.CommandServices.request;

import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.user.UserCommand.EraseUser;
import io.tillstream.command.user.UserCommand.RegisterUser;
import io.tillstream.events.Mode;
import io.tillstream.events.user.User;
import io.tillstream.http.Answer;
import java.util.UUID;
import org.springframework.context.ApplicationContext;

/** Registers customers in tests, as their controller would. */
public final class Users {
    private final CommandSender commands;

    public Users(ApplicationContext service) {
        commands = service.getBean(CommandSender.class);
    }

    /** Registers a customer in live mode; answers its id. */
    public UUID register(String email) {
        UUID id = UUID.randomUUID();
        commands.send(
                request("POST", "/api/v1/users", Mode.LIVE).build(),
                new RegisterUser(id, email, "Ann"),
                (User user) -> Answer.created(user.id()));
        return id;
    }

    /** Erases a customer in live mode. */
    public void erase(UUID id) {
        commands.send(
                request("POST", "/api/v1/users/" + id + "/erase", Mode.LIVE).build(),
                new EraseUser(id, "Asked for it"),
                (User user) -> Answer.ok(user.id()));
    }
}
