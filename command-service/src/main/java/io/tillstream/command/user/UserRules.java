package io.tillstream.command.user;

import io.tillstream.command.user.UserCommand.RegisterUser;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent;
import io.tillstream.events.user.UserEvent.UserRegistered;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who gets an account. That an e-mail has one account is held by its claim. */
final class UserRules {
    private UserRules() {}

    static List<UserEvent> register(@Nullable User user, RegisterUser command, Instant now) {
        if (user != null) return List.of();
        return List.of(new UserRegistered(command.userId(), now, command.email(), command.name()));
    }
}
