package io.tillstream.events.user;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.AboutPerson;
import io.tillstream.events.Concept;
import io.tillstream.events.Hidden;
import io.tillstream.events.Personal;
import io.tillstream.events.State;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.user.UserEvent.UserErased;
import io.tillstream.events.user.UserEvent.UserRegistered;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A customer's account as its events made it. Clients see it as a {@link UserView}.
 *
 * @param erasedAt when the person was forgotten, null while he is known. The account stays, with nobody in it: what was
 *     bought goes on referring to it
 */
public record User(
        UUID id,
        @Personal @Nullable String email,
        @Personal @Nullable String name,
        Instant createdAt,
        @Nullable Instant erasedAt,
        @Hidden Instant updatedAt,
        @Hidden long version,
        @Hidden boolean deleted)
        implements State, AboutPerson {
    public static final Concept<User, UserEvent> CONCEPT = Concept.named(
                    "user", User.class, UserEvent.class, User::after)
            .event("user.registered", UserRegistered.class)
            .event("user.erased", UserErased.class)
            .build(1);

    /** The claim on an account's e-mail, unique within a mode whatever its case. */
    public static final String EMAIL = "user.email";

    public static User after(@Nullable User before, UserEvent event) {
        return switch (event) {
            case UserRegistered e -> new User(e.userId(), e.email(), e.name(), e.at(), null, e.at(), 0, false);
            case UserErased e ->
                requireNonNull(before, "an account is registered first").erased(e.at());
        };
    }

    @Override
    public UUID personId() {
        return id;
    }

    @Override
    public boolean showsNobody() {
        return erasedAt != null;
    }

    @Override
    public Derived derived() {
        if (deleted) return Derived.NOTHING;
        if (erasedAt != null) return Derived.ERASED;
        return email == null ? Derived.ALIVE : Derived.alive(Claim.onPersonal(EMAIL, email.toLowerCase(Locale.ROOT)));
    }

    private User erased(Instant at) {
        return new User(id, null, null, createdAt, at, at, version + 1, deleted);
    }
}
