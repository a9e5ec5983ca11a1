package io.tillstream.command.user;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.user.UserCommand.RegisterUser;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent.UserRegistered;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RegisterUserTest {
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final RegisterUser REGISTER = new RegisterUser(ID, "Ada@Example.com", "Ada");

    @Test
    void doesNothingWhenItHappenedBefore() {
        User user = User.after(null, new UserRegistered(ID, NOW, "Ada@Example.com", "Ada"));
        assertThat(UserRules.register(user, REGISTER, NOW)).isEmpty();
    }

    @Test
    void keepsTheEmailAsTyped() {
        assertThat(UserRules.register(null, REGISTER, NOW))
                .containsExactly(new UserRegistered(ID, NOW, "Ada@Example.com", "Ada"));
    }

    @Test
    void keepsThePersonOutOfLogs() {
        assertThat(REGISTER).hasToString("RegisterUser[" + ID + "]");
    }
}
