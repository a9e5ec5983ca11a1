package io.tillstream.command.user;

import com.github.f4b6a3.uuid.UuidCreator;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.user.UserCommand.EraseUser;
import io.tillstream.command.user.UserCommand.RegisterUser;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserStats;
import io.tillstream.events.user.UserView;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.access.SessionOnly;
import io.tillstream.http.body.Body;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.Refuses;
import io.tillstream.http.text.Emails;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.web.bind.annotation.PathVariable;
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

    static final class EraseUserRequest extends Body {
        EraseUserRequest() {
            text("reason")
                    .trimmed()
                    .length(1, 500)
                    .check((reason, now) ->
                            ADDRESS.matcher(reason).find() ? "must not contain an e-mail address" : null)
                    .required()
                    .doc("Why, in words that name nobody: they are kept for ever and published")
                    .example("Asked for it in a letter of 1 March");
        }
    }

    private static final Pattern ADDRESS = Pattern.compile("\\S@\\S");

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

    @PostMapping("/{id}/erase")
    @SessionOnly
    @Operation(
            summary = "Erase a user",
            description =
                    "Forgets the person for good: e-mail and name read as null everywhere, in history too, all access is revoked,"
                            + " and the e-mail may register anew. The account itself stays, with nobody in it."
                            + " Erasing it again changes nothing.")
    @ApiResponse(responseCode = "200", description = "As it is after that")
    @Refuses({"UNKNOWN", "REASON_NAMES_PERSON"})
    Answer<UserView> erase(@PathVariable UUID id, Request request, @JsonBody(EraseUserRequest.class) Values body) {
        return commands.send(
                request,
                new EraseUser(id, body.requiredText("reason")),
                (User user) ->
                        Answer.ok(UserView.of(user, List.of(), UserStats.NONE)).version(user.version()));
    }
}
