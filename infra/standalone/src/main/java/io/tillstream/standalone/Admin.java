package io.tillstream.standalone;

import io.tillstream.embedded.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code ./tillstream admin add} and {@code admin passwd}. */
final class Admin {
    static final Set<String> OPTIONS = Set.of("email", "password", "data");

    private Admin() {}

    static int run(String command, Arguments arguments, Path folder, Console console) {
        String email = arguments.get("email");
        if (email == null) throw new WrongUse("Missing option: --email");
        String given = arguments.get("password");
        if ("-".equals(given)) given = firstLine();
        String password = given == null ? Secret.random(18) : given;
        Properties request = new Properties();
        request.setProperty("email", email);
        request.setProperty("password", password);
        RunningShop.on(folder).tell("/admin/" + command, request);
        String done = command.equals("add") ? "Added " + email : "Changed the password of " + email;
        console.say(given == null ? done + ". The password is " + password : done + ".");
        return 0;
    }

    private static String firstLine() {
        try {
            @Nullable
            String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            if (line == null || line.isBlank()) throw new CannotGoOn("No password on the standard input");
            return line;
        } catch (IOException e) {
            throw new CannotGoOn("Cannot read the standard input: " + Reasons.of(e), e);
        }
    }
}
