package io.tillstream.command.admin;

import io.tillstream.command.apikey.OperatorKeys;
import io.tillstream.http.error.Refused;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the first admin and the operator's key before the first request is served. What it made up is known only here, and
 * only in the process that made it: {@link #made} is for whoever shows it to the operator.
 */
public final class FirstStart {
    /** The first admin's e-mail when none is given. */
    public static final String DEFAULT_EMAIL = "admin@example.com";

    private static final Logger log = LoggerFactory.getLogger(FirstStart.class);
    private static final String PROCESS = "FirstStart";

    /**
     * What the first start made.
     *
     * @param generatedPassword null when it was given
     * @param generatedKey the operator's key, null when it was given
     */
    public record Made(
            String adminEmail,
            @Nullable String generatedPassword,
            @Nullable String generatedKey) {
        @Override
        public String toString() {
            return "Made[" + adminEmail + "]"; // the rest is secret
        }
    }

    private final FirstStartSettings settings;
    private final Admins admins;
    private final OperatorKeys keys;
    private @Nullable Made made;

    FirstStart(FirstStartSettings settings, Admins admins, OperatorKeys keys) {
        this.settings = settings;
        this.admins = admins;
        this.keys = keys;
    }

    /** Empty when this wasn't the first start. */
    public Optional<Made> made() {
        return Optional.ofNullable(made);
    }

    void run() {
        if (settings.apiKey() != null) keys.ensure(PROCESS, settings.apiKey(), settings.apiKeyLimit());
        if (!admins.exist()) makeFirstAdmin();
    }

    private void makeFirstAdmin() {
        String password = settings.adminPassword();
        if (password == null && !settings.generate()) {
            log.warn("There is no admin yet: set TILLSTREAM_ADMIN_EMAIL and TILLSTREAM_ADMIN_PASSWORD and start again");
            return;
        }
        String email = settings.adminEmail() == null ? DEFAULT_EMAIL : settings.adminEmail();
        String generated = password == null ? Admins.freshPassword() : null;
        try {
            String address = admins.add(PROCESS, email, password == null ? String.valueOf(generated) : password)
                    .email();
            made = new Made(address, generated, operatorsKey());
        } catch (Refused refused) {
            if (refused.refusal() != AdminRefusal.EMAIL_TAKEN) throw refused;
            // another instance had its first start at the same time
        }
    }

    private @Nullable String operatorsKey() {
        boolean make = settings.apiKey() == null && settings.generate();
        return make ? keys.make(PROCESS, settings.apiKeyLimit()) : null;
    }
}
