package io.tillstream.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One set of servers in a temporary folder for all tests of a JVM, each started when it is first asked for and gone with the JVM. */
public final class Servers {
    private static final String PREFIX = "tillstream-test-";
    private static @Nullable Servers shared;

    private final Path folder;
    private @Nullable PostgresServer postgres;
    private @Nullable KafkaServer kafka;
    private @Nullable MongoServer mongo;
    private @Nullable RedisServer redis;

    private Servers(Path folder) {
        this.folder = folder;
    }

    /** The JVM's own set. A test that stops or kills one starts it again before it ends. */
    public static synchronized Servers temporary() {
        Servers known = shared;
        if (known == null) shared = known = made();
        return known;
    }

    public synchronized PostgresServer postgres() {
        PostgresServer known = postgres;
        if (known == null) postgres = known = PostgresServer.start(folder.resolve("postgres"), 0);
        return known;
    }

    public synchronized KafkaServer kafka() {
        KafkaServer known = kafka;
        if (known == null) kafka = known = KafkaServer.start(folder.resolve("kafka"), 0);
        return known;
    }

    public synchronized MongoServer mongo() {
        MongoServer known = mongo;
        if (known == null) mongo = known = MongoServer.start(folder.resolve("mongo"), 0);
        return known;
    }

    public synchronized RedisServer redis() {
        RedisServer known = redis;
        if (known == null) redis = known = RedisServer.start(folder.resolve("redis"), 0);
        return known;
    }

    /** Where they have their data, each in a folder of its own. */
    public Path folder() {
        return folder;
    }

    /** A new folder for servers of a test's own, which goes with the JVM. */
    public Path newFolder() {
        try {
            return Files.createTempDirectory(folder, "own-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Servers made() {
        try {
            sweep();
            Path folder = Files.createTempDirectory(PREFIX).toRealPath();
            Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.writeString(
                    folder.resolve("owner.pid"),
                    Long.toString(ProcessHandle.current().pid()));
            Servers servers = new Servers(folder);
            Runtime.getRuntime().addShutdownHook(new Thread(servers::end));
            return servers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void end() {
        List<? extends EmbeddedServer> all = Stream.of(kafka, mongo, redis, postgres)
                .filter(Objects::nonNull)
                .toList();
        all.forEach(EmbeddedServer::kill);
        endIn(folder);
    }

    /** A test JVM that was killed leaves PostgreSQL and Redis running; the next one ends them. */
    private static void sweep() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<Path> entries = Files.list(temporary)) {
            for (Path left : entries.filter(
                            entry -> entry.getFileName().toString().startsWith(PREFIX))
                    .toList()) {
                boolean abandoned = Processes.pid(left.resolve("owner.pid"))
                        .map(pid -> ProcessHandle.of(pid).isEmpty())
                        .orElse(false);
                if (abandoned) endIn(left);
            }
        }
    }

    /** Ends what runs anywhere in the folder, and deletes it. */
    private static void endIn(Path folder) {
        try (Stream<Path> files = Files.walk(folder, 4)) {
            for (Path pidFile : files.filter(file -> file.endsWith("postmaster.pid") || file.endsWith("redis.pid"))
                    .toList()) {
                boolean database = pidFile.endsWith("postmaster.pid");
                Path home = Objects.requireNonNull(pidFile.getParent());
                Processes.named(pidFile, database ? "postgres" : "redis-server", home)
                        .ifPresent(Processes::kill);
            }
            Binaries.delete(folder);
        } catch (IOException | UncheckedIOException e) {
            // What another user's test left can't be cleared away, and harms nobody.
        }
    }
}
