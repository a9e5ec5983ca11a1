package io.tillstream.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Redis in a process of its own, a daemon like {@link PostgresServer}. What it holds is saved now and then and at an orderly end. */
public final class RedisServer implements EmbeddedServer {
    private static final Logger log = LoggerFactory.getLogger(RedisServer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path folder;
    private final Path configuration;
    private final int port;
    private final String password;

    private RedisServer(Path folder, int port, String password) {
        this.folder = folder;
        this.configuration = folder.resolve("redis.conf");
        this.port = port;
        this.password = password;
    }

    /** Ends a server that a dead JVM left in the folder, then starts one: on the wanted port, or another if it is 0 or taken. */
    public static RedisServer start(Path folder, int wantedPort) {
        try {
            Path real = Secret.folder(folder);
            endLeftOver(real);
            RedisServer server =
                    new RedisServer(real, Ports.freeOr(wantedPort), Secret.keptIn(real.resolve("password")));
            server.start();
            return server;
        } catch (IOException e) {
            throw new ServerFailed("Redis's folder " + folder + ": " + e, e);
        }
    }

    @Override
    public String name() {
        return "Redis 6.2";
    }

    @Override
    public int port() {
        return port;
    }

    public String password() {
        return password;
    }

    /** With the password: {@code redis://:…@127.0.0.1:…}. */
    public String uri() {
        return "redis://:" + password + "@127.0.0.1:" + port;
    }

    @Override
    public boolean running() {
        return process().isPresent();
    }

    @Override
    public void start() {
        endLeftOver(folder);
        try {
            Files.deleteIfExists(pidFile());
            Secret.write(configuration, settings());
            Processes.Finished started = Processes.run(
                    List.of(Binaries.redis().toString(), configuration.toString()),
                    folder.resolve("start.log"),
                    PATIENCE);
            if (started.status() != 0)
                throw new ServerFailed("Redis didn't start: " + started.output().strip());
            awaitAnswer();
        } catch (IOException e) {
            throw new ServerFailed("Redis's folder " + folder + ": " + e, e);
        }
    }

    @Override
    public void stop() {
        process().ifPresent(RedisServer::end);
    }

    @Override
    public void kill() {
        process().ifPresent(Processes::kill);
    }

    /** SIGTERM saves and ends. */
    private static void end(ProcessHandle process) {
        process.destroy();
        if (!Processes.ended(process, Duration.ofSeconds(10))) Processes.kill(process);
    }

    private static void endLeftOver(Path folder) {
        process(folder).ifPresent(leftOver -> {
            log.info("Ending the Redis that an earlier run left behind (process {})", leftOver.pid());
            end(leftOver);
        });
    }

    private Path pidFile() {
        return pidFile(folder);
    }

    private static Path pidFile(Path folder) {
        return folder.resolve("redis.pid");
    }

    private Optional<ProcessHandle> process() {
        return process(folder);
    }

    private static Optional<ProcessHandle> process(Path folder) {
        return Processes.named(pidFile(folder), "redis-server", folder);
    }

    /** The process keeps its command line, by which a later run knows it as its own; a full disk must not end sessions. */
    private String settings() {
        return """
                bind 127.0.0.1
                port %d
                requirepass %s
                daemonize yes
                set-proc-title no
                dir "%s"
                pidfile "%s"
                logfile "%s"
                loglevel warning
                save 60 1
                stop-writes-on-bgsave-error no
                maxmemory 64mb
                maxmemory-policy volatile-lru
                """.formatted(port, password, folder, pidFile(), folder.resolve("log"));
    }

    private void awaitAnswer() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!answers()) {
            if (System.nanoTime() > deadline)
                throw new ServerFailed("Redis didn't start; see " + folder.resolve("log"));
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /** Answers to our password: what listens there is the server that was just started. */
    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(Ports.loopback(port), 1000);
            socket.setSoTimeout(1000);
            socket.getOutputStream().write(("AUTH " + password + "\r\nPING\r\n").getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(12), StandardCharsets.US_ASCII).equals("+OK\r\n+PONG\r\n") && running();
        } catch (IOException e) {
            return false;
        }
    }
}
