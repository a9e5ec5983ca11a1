package io.tillstream.command.user;

import com.github.f4b6a3.uuid.UuidCreator;
import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.user.UserCommand.RegisterUser;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserStats;
import io.tillstream.events.user.UserView;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.body.Body;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.Refuses;
import io.tillstream.http.text.Emails;
import java.util.List;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/users")
class UserCommandController {
    static final class CreateUserRequest extends Body {
        CreateUserRequest() {
            text("email")
                    .trimmed()
                    .length(1, Emails.LONGEST)
                    .check((email, now) -> Emails.wellFormed(email) ? null : "must be an e-mail address")
                    .format("email")
                    .required()
                    .doc("Unique, whatever its case")
                    .example("ada@example.com");
            text("name")
                    .trimmed()
                    .length(0, 200)
                    .nullIsAbsent()
                    .doc("The person's name")
                    .example("Ada Lovelace");
        }
    }

    private final CommandSender commands;

    UserCommandController(CommandSender commands) {
        this.commands = commands;
    }

    @PostMapping
    @RequiresScope(Scope.USERS_WRITE)
    @Operation(summary = "Create a user", description = "A customer's account, to which access can be granted.")
    @Refuses("EMAIL_TAKEN")
    Answer<UserView> create(Request request, @JsonBody(CreateUserRequest.class) Values body) {
        String name = body.text("name");
        return commands.send(
                request,
                new RegisterUser(
                        UuidCreator.getTimeOrderedEpoch(),
                        body.requiredText("email"),
                        name == null || name.isEmpty() ? null : name),
                (User user) -> Answer.created(UserView.of(user, List.of(), UserStats.NONE))
                        .version(user.version()));
    }
}
