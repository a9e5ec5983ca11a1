package io.tillstream.command.user;

import io.tillstream.command.user.UserCommand.EraseUser;
import io.tillstream.command.user.UserCommand.RegisterUser;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent;
import io.tillstream.events.user.UserEvent.UserErased;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.http.error.Refused;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who gets an account, and how a person is forgotten. That an e-mail has one account is held by its claim. */
final class UserRules {
    private UserRules() {}

    static List<UserEvent> register(@Nullable User user, RegisterUser command, Instant now) {
        if (user != null) return List.of();
        return List.of(new UserRegistered(command.userId(), now, command.email(), command.name()));
    }

    static List<UserEvent> erase(@Nullable User user, EraseUser command, Instant now) {
        if (user == null) throw new Refused(UserRefusal.UNKNOWN);
        if (user.erasedAt() != null) return List.of();
        if (says(command.reason(), user.email()) || says(command.reason(), user.name()))
            throw new Refused(
                    UserRefusal.REASON_NAMES_PERSON, Map.of("reason", List.of("reason must not name the person")));
        return List.of(new UserErased(user.id(), now, command.reason()));
    }

    /** Whether a text has another in it, as words of its own, whatever the case. */
    private static boolean says(String text, @Nullable String words) {
        return words != null
                && !words.isBlank()
                && Pattern.compile(
                                "(?<![\\p{L}\\p{N}])" + Pattern.quote(words.strip()) + "(?![\\p{L}\\p{N}])",
                                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                        .matcher(text)
                        .find();
    }
}
