package io.tillstream.events.admin;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.AboutPerson;
import io.tillstream.events.Concept;
import io.tillstream.events.Hidden;
import io.tillstream.events.Personal;
import io.tillstream.events.State;
import io.tillstream.events.admin.AdminEvent.AdminAdded;
import io.tillstream.events.admin.AdminEvent.AdminPasswordChanged;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.derived.Derived;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An admin as its events made it.
 *
 * @param passwordId the secret that holds the hash of the present password
 */
public record Admin(
        UUID id,
        @Personal @Nullable String email,
        Instant createdAt,
        @Hidden UUID passwordId,
        @Hidden Instant updatedAt,
        @Hidden long version,
        @Hidden boolean deleted)
        implements State, AboutPerson {
    public static final Concept<Admin, AdminEvent> CONCEPT = Concept.named(
                    "admin", Admin.class, AdminEvent.class, Admin::after)
            .event("admin.added", AdminAdded.class)
            .event("admin.password_changed", AdminPasswordChanged.class)
            .build(1);

    /** The claim on an admin's e-mail, unique in the shop whatever its case. */
    public static final String EMAIL = "admin.email";

    public static Admin after(@Nullable Admin before, AdminEvent event) {
        return switch (event) {
            case AdminAdded e -> new Admin(e.adminId(), e.email(), e.at(), e.passwordId(), e.at(), 0, false);
            case AdminPasswordChanged e -> {
                Admin old = requireNonNull(before, "an admin's first event adds it");
                yield new Admin(old.id, old.email, old.createdAt, e.passwordId(), e.at(), old.version + 1, old.deleted);
            }
        };
    }

    @Override
    public UUID personId() {
        return id;
    }

    @Override
    public Derived derived() {
        if (deleted) return Derived.NOTHING;
        return email == null ? Derived.ALIVE : Derived.alive(Claim.onPersonal(EMAIL, email.toLowerCase(Locale.ROOT)));
    }
}
