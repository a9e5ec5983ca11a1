package io.tillstream.standalone;

import io.tillstream.command.admin.Admins;
import io.tillstream.command.admin.FirstStart;
import io.tillstream.embedded.Ports;
import io.tillstream.standalone.Backends.Addresses;
import io.tillstream.standalone.Backends.Given;
import io.tillstream.standalone.DataFolder.FirstAdmin;
import io.tillstream.standalone.Shop.Started;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** {@code ./tillstream up}. */
final class Up {
    static final Set<String> OPTIONS = Set.of("port", "data", "postgres-url", "kafka", "mongodb-uri", "redis-uri");

    private Up() {}

    static int run(Arguments arguments, Path folder, Console console) {
        int port = arguments.port(8080);
        Given given = new Given(
                arguments.get("postgres-url", "TILLSTREAM_POSTGRES_URL"),
                arguments.get("kafka", "TILLSTREAM_KAFKA_BOOTSTRAP"),
                arguments.get("mongodb-uri", "TILLSTREAM_MONGODB_URI"),
                arguments.get("redis-uri", "TILLSTREAM_REDIS_URI"));
        DataFolder data = DataFolder.open(folder); // first: a port may be taken by this folder's own shop
        try {
            requireFree(port);
        } catch (CannotGoOn e) {
            data.close();
            throw e;
        }
        Ports.keep(port); // its own servers start before the application takes it
        // From here on the log has a folder. Logback reads this when the first logger is asked for: here, before there
        // are
        // more threads.
        System.setProperty(
                "tillstream.log", data.folder("logs").resolve("tillstream.log").toString());
        LoggerFactory.getILoggerFactory();
        console.say("Tillstream " + Tillstream.version() + ", data in " + data.path());

        Shop shop = new Shop(data, console);
        AtomicBoolean ending = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (ending.get()) {
                shop.close(); // waits for the one that has begun: a JVM ends with its hooks, whatever else runs
                return;
            }
            console.say("Stopping ...");
            shop.close();
            console.say("Stopped. All data is in " + data.path());
            Runtime.getRuntime().halt(0);
        }));
        try {
            FirstAdmin admin = admin(data, arguments);
            String givenKey = arguments.variable("TILLSTREAM_API_KEY");
            String key = givenKey == null ? data.apiKey() : givenKey;
            Started started = shop.start(given, port, settings(arguments, admin, key));
            String url = "http://localhost:" + port;
            try (ApiClient client = new ApiClient(url, key)) {
                console.say(addresses(url, password(admin, started, client), key(data, givenKey, key, client))
                        + inside(started.addresses())
                        + firstSteps(url, givenKey == null ? key : "$TILLSTREAM_API_KEY"));
            }
            data.firstAdmin(new FirstAdmin(admin.email(), null));
            if (Boolean.getBoolean("tillstream.training")) Training.run(url, key);
            else shop.watch();
            ending.set(true);
            shop.close();
            return 0;
        } catch (RuntimeException e) {
            ending.set(true);
            shop.close();
            throw e;
        }
    }

    /** Whom this start makes if there is no admin yet. A made-up password is kept until it has been shown. */
    private static FirstAdmin admin(DataFolder data, Arguments arguments) {
        Optional<FirstAdmin> known = data.firstAdmin();
        if (known.isPresent()) return known.get();
        String email = arguments.variable("TILLSTREAM_ADMIN_EMAIL");
        boolean given = arguments.variable("TILLSTREAM_ADMIN_PASSWORD") != null;
        FirstAdmin admin =
                new FirstAdmin(email == null ? FirstStart.DEFAULT_EMAIL : email, given ? null : Admins.freshPassword());
        data.firstAdmin(admin);
        return admin;
    }

    private static Map<String, Object> settings(Arguments arguments, FirstAdmin admin, String key) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("tillstream.api-key", key);
        String limit = arguments.variable("TILLSTREAM_API_KEY_LIMIT");
        if (limit != null) {
            if (!limit.matches("[1-9]\\d{0,2}|1000")) {
                throw new CannotGoOn("TILLSTREAM_API_KEY_LIMIT is a number from 1 to 1000, not " + limit);
            }
            settings.put("tillstream.api-key-limit", limit);
        }
        String masterKey = arguments.variable("TILLSTREAM_MASTER_KEY");
        if (masterKey != null) settings.put("tillstream.master-key", masterKey);
        settings.put("tillstream.admin-email", admin.email());
        String given = arguments.variable("TILLSTREAM_ADMIN_PASSWORD");
        String password = given == null ? admin.password() : given;
        if (password != null) settings.put("tillstream.admin-password", password);
        return settings;
    }

    /** Asked before anything is started; the application would notice it only at its end. */
    private static void requireFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
        } catch (IOException e) {
            throw taken(port);
        }
    }

    static CannotGoOn taken(int port) {
        return new CannotGoOn("Port " + port + " is taken by another program: stop it, or choose another --port");
    }

    /** What to say about the admin. */
    private static String password(FirstAdmin admin, Started started, ApiClient client) {
        String email = admin.email();
        String pending = admin.password();
        if (started.made().isPresent()) {
            String generated = started.made().get().generatedPassword();
            if (generated != null) return email + ", password " + generated;
            return email + ", password " + (pending == null ? "as given" : pending);
        }
        // A start that was cut off made the admin; or another data folder did, and this password is nobody's.
        if (pending != null && client.signsIn(email, pending)) return email + ", password " + pending;
        return email + ", password unchanged (`./tillstream admin passwd --email " + email + "` sets another)";
    }

    private static String key(DataFolder data, @Nullable String given, String key, ApiClient client) {
        String shown =
                given == null ? key + " (kept in " + data.folder("api-key") + ")" : "the one in TILLSTREAM_API_KEY";
        return client.admitted() ? shown : shown + ", which is not admitted: it was revoked, or is of too few scopes";
    }

    private static String addresses(String url, String admin, String key) {
        return """

                API          %1$s/api/v1
                Explorer     %1$s/docs
                Admin        %2$s
                API key      %3$s
                """.formatted(url, admin, key);
    }

    private static String inside(Addresses addresses) {
        return """

                Look inside:
                PostgreSQL   psql '%s'
                Kafka        kafka-console-consumer.sh --bootstrap-server %s --topic %s --from-beginning
                MongoDB      npx mongosh '%s'
                Redis        redis-cli -u '%s'
                """.formatted(
                        addresses.postgres().uri(),
                        addresses.kafka(),
                        Backends.TOPIC,
                        withDatabase(addresses.mongodb()),
                        addresses.redis());
    }

    private static String firstSteps(String url, String key) {
        return """

                Try it:
                curl -H "Authorization: Bearer %2$s" %1$s/api/v1/products

                `./tillstream demo` fills the shop. Ctrl-C stops it.
                """.formatted(url, key);
    }

    private static String withDatabase(String mongodb) {
        String path = URI.create(mongodb.replace(",", "%2C")).getPath();
        if (path == null || path.isEmpty()) return mongodb + "/" + Backends.DATABASE;
        return path.equals("/") ? mongodb + Backends.DATABASE : mongodb;
    }
}
