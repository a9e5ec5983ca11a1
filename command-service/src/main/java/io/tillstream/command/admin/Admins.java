package io.tillstream.command.admin;

import com.github.f4b6a3.uuid.UuidCreator;
import io.tillstream.command.admin.AdminCommand.AddAdmin;
import io.tillstream.command.admin.AdminCommand.ChangeAdminPassword;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.events.Mode;
import io.tillstream.events.admin.Admin;
import io.tillstream.events.derived.Claim;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Refused;
import io.tillstream.http.session.Sessions;
import io.tillstream.http.text.Emails;
import io.tillstream.http.text.SafeText;
import io.tillstream.store.WritableStore;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Adding admins, changing their passwords, and recognising them: for the command line, the first start and the login. */
public final class Admins {
    private static final int SHORTEST_PASSWORD = 12;
    private static final int LONGEST_PASSWORD = 1_000;

    /** An admin as others may know one. */
    public record Known(UUID id, String email) {}

    private final CommandSender commands;
    private final WritableStore store;
    private final Sessions sessions;

    Admins(CommandSender commands, WritableStore store, Sessions sessions) {
        this.commands = commands;
        this.store = store;
        this.sessions = sessions;
    }

    /** A password for somebody who brought none. */
    public static String freshPassword() {
        return Passwords.random();
    }

    /**
     * Adds an admin.
     *
     * @throws Invalid for what is no e-mail address or too short a password
     * @throws Refused when the e-mail is taken
     */
    public Known add(String process, String email, String password) {
        String address = email.strip();
        if (!Emails.wellFormed(address)) throw invalid("email", "must be an e-mail address");
        check(password);
        Admin admin = commands.sendAs(
                process,
                Mode.SHOP,
                new AddAdmin(
                        UuidCreator.getTimeOrderedEpoch(),
                        address,
                        UuidCreator.getTimeOrderedEpoch(),
                        Passwords.hash(password)),
                Admin.class);
        return new Known(admin.id(), address);
    }

    /**
     * Changes an admin's password and ends all sessions that were started with the old one.
     *
     * @throws Invalid for too short a password
     * @throws Refused when there is no such admin
     */
    public Known changePassword(String process, String email, String password) {
        check(password);
        UUID id = holder(email).orElseThrow(() -> new Refused(AdminRefusal.UNKNOWN));
        commands.sendAs(
                process,
                Mode.SHOP,
                new ChangeAdminPassword(id, UuidCreator.getTimeOrderedEpoch(), Passwords.hash(password)),
                Admin.class);
        sessions.endAll(id);
        return new Known(id, email.strip());
    }

    /** The admin with this e-mail and password. Does the same work whether the e-mail or the password is wrong. */
    Optional<Admin> recognise(String email, String password) {
        Optional<Admin> admin = holder(email).flatMap(id -> store.log().live(Admin.CONCEPT, Mode.SHOP, id));
        Optional<String> hash = admin.flatMap(known -> store.secrets().get(known.passwordId()));
        if (hash.isEmpty()) Passwords.matchNobody(password);
        return hash.filter(known -> Passwords.matches(password, known)).flatMap(matched -> admin);
    }

    /** Whether the password that an admin was recognised by is still his. */
    boolean stillHasPasswordOf(Admin recognised) {
        return store.log()
                .live(Admin.CONCEPT, Mode.SHOP, recognised.id())
                .filter(now -> now.passwordId().equals(recognised.passwordId()))
                .isPresent();
    }

    /** Whether there is any. */
    boolean exist() {
        return store.jdbc()
                .sql("select exists (select from live_aggregates where aggregate_type = :type)")
                .param("type", Admin.CONCEPT.name())
                .query(Boolean.class)
                .single();
    }

    private Optional<UUID> holder(String email) {
        String name = email.strip().toLowerCase(Locale.ROOT);
        return store.derived().holder(Mode.SHOP, Claim.onPersonal(Admin.EMAIL, name));
    }

    private static void check(String password) {
        if (password.length() < SHORTEST_PASSWORD || password.length() > LONGEST_PASSWORD)
            throw invalid("password", "must have " + SHORTEST_PASSWORD + " to " + LONGEST_PASSWORD + " characters");
        if (!SafeText.storable(password)) throw invalid("password", "must be well-formed text");
    }

    private static Invalid invalid(String field, String rule) {
        String wrong = field + " " + rule;
        return new Invalid(ErrorCode.VALIDATION_ERROR, "Invalid input: " + wrong, Map.of(field, List.of(wrong)));
    }
}
