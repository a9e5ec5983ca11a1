package io.tillstream.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL in a process of its own: a daemon in its own session, so that a terminal's Ctrl-C doesn't reach it. The folder holds the
 * cluster in {@code data}, the owner's password and the log.
 */
public final class PostgresServer implements EmbeddedServer {
    private static final Logger log = LoggerFactory.getLogger(PostgresServer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String USER = "tillstream";
    private static final String DATABASE = "tillstream";

    private final Path folder;
    private final Path data;
    private final int port;
    private final String password;

    private PostgresServer(Path folder, int port, String password) {
        this.folder = folder;
        this.data = folder.resolve("data");
        this.port = port;
        this.password = password;
    }

    /** Ends a server that a dead JVM left in the folder, then starts one: on the wanted port, or another if it is 0 or taken. */
    public static PostgresServer start(Path folder, int wantedPort) {
        try {
            Path real = Secret.folder(folder);
            endLeftOver(real);
            PostgresServer server =
                    new PostgresServer(real, Ports.freeOr(wantedPort), Secret.keptIn(real.resolve("password")));
            server.start();
            return server;
        } catch (IOException e) {
            throw new ServerFailed("PostgreSQL's folder " + folder + ": " + e, e);
        }
    }

    @Override
    public String name() {
        return "PostgreSQL 17";
    }

    @Override
    public int port() {
        return port;
    }

    public String user() {
        return USER;
    }

    public String password() {
        return password;
    }

    public String database() {
        return DATABASE;
    }

    /** For JDBC, without the password. */
    public String url() {
        return url(DATABASE);
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** The JDBC URL of a new and empty database in this server. */
    public String newDatabase() {
        String name = "d" + Secret.random(9).toLowerCase(Locale.ROOT).replace('-', '0');
        execute("postgres", "create database \"" + name + "\"");
        return url(name);
    }

    @Override
    public boolean running() {
        return process().isPresent();
    }

    @Override
    public void start() {
        try {
            endLeftOver(folder);
            if (!Files.exists(data.resolve("PG_VERSION"))) create();
            Files.writeString(data.resolve("tillstream.conf"), settings());
            Unprivileged.handOver(folder);
            Path output = folder.resolve("pg_ctl.log");
            Processes.Finished started = pgCtl(
                    folder,
                    output,
                    "start",
                    "-w",
                    "-t",
                    Long.toString(PATIENCE.toSeconds()),
                    "-l",
                    folder.resolve("log").toString());
            if (started.status() != 0) throw new ServerFailed("PostgreSQL didn't start: " + reason(started.output()));
            createDatabase();
        } catch (IOException e) {
            throw new ServerFailed("PostgreSQL's folder " + folder + ": " + e, e);
        }
    }

    @Override
    public void stop() {
        Optional<ProcessHandle> process = process();
        if (process.isEmpty()) return;
        end(folder, process.get());
    }

    @Override
    public void kill() {
        process().ifPresent(Processes::kill);
    }

    private Optional<ProcessHandle> process() {
        return process(folder);
    }

    private static Optional<ProcessHandle> process(Path folder) {
        Path data = folder.resolve("data");
        return Processes.named(data.resolve("postmaster.pid"), "postgres", data);
    }

    private static void endLeftOver(Path folder) throws IOException {
        Optional<ProcessHandle> leftOver = process(folder);
        if (leftOver.isPresent()) {
            log.info(
                    "Ending the PostgreSQL that an earlier run left behind (process {})",
                    leftOver.get().pid());
            end(folder, leftOver.get());
        }
        // PostgreSQL itself takes any living process with the number in this file, though another's, for a server in
        // its folder.
        if (process(folder).isEmpty()) Files.deleteIfExists(folder.resolve("data/postmaster.pid"));
    }

    private static void end(Path folder, ProcessHandle process) {
        Path output = folder.resolve("pg_ctl.log");
        if (pgCtl(folder, output, "stop", "-m", "fast", "-w", "-t", "30").status() == 0) return;
        log.warn("PostgreSQL doesn't end in order; it will recover from its log at the next start");
        if (pgCtl(folder, output, "stop", "-m", "immediate", "-w", "-t", "10").status() == 0) return;
        Processes.kill(process);
    }

    private void create() throws IOException {
        // A first start that was cut off leaves a part of a cluster that never held anything.
        Binaries.delete(data);
        Path passwordFile = folder.resolve("initdb.password");
        Secret.write(passwordFile, password + "\n");
        try {
            Unprivileged.handOver(folder);
            Processes.Finished made = Processes.run(
                    Unprivileged.command(List.of(
                            Binaries.postgres().resolve("bin/initdb").toString(),
                            "-D",
                            data.toString(),
                            "--username=" + USER,
                            "--pwfile=" + passwordFile,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--data-checksums")),
                    folder.resolve("initdb.log"),
                    PATIENCE);
            if (made.status() != 0) throw new ServerFailed("PostgreSQL's initdb failed: " + lastError(made.output()));
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        Path configuration = data.resolve("postgresql.conf");
        Files.writeString(configuration, Files.readString(configuration) + "\ninclude 'tillstream.conf'\n");
    }

    /**
     * Written at every start; no socket in the file system, whose path may be too long. The samples that PostgreSQL makes its
     * statistics of are a tenth of its default: of events, each row of one costs four expressions over JSON, and all is found by keys.
     * Vacuum rests ten times as long as by default, after as much work: beside everything else it took one of few cores for seconds.
     */
    private String settings() {
        return """
                listen_addresses = '127.0.0.1'
                port = %d
                unix_socket_directories = ''
                fsync = on
                synchronous_commit = on
                full_page_writes = on
                max_connections = 200
                shared_buffers = 64MB
                work_mem = 4MB
                maintenance_work_mem = 32MB
                max_wal_size = 512MB
                max_parallel_workers_per_gather = 0
                default_statistics_target = 10
                autovacuum_vacuum_cost_delay = 20ms
                jit = off
                timezone = 'UTC'
                log_timezone = 'UTC'
                log_min_messages = warning
                """.formatted(port);
    }

    private void createDatabase() {
        try (Connection connection = DriverManager.getConnection(url("postgres"), USER, password);
                Statement statement = connection.createStatement()) {
            try (ResultSet known =
                    statement.executeQuery("select from pg_database where datname = '" + DATABASE + "'")) {
                if (known.next()) return;
            }
            statement.execute("create database " + DATABASE);
        } catch (SQLException e) {
            throw new ServerFailed("PostgreSQL runs, but refuses its owner: " + e.getMessage(), e);
        }
    }

    private void execute(String database, String sql) {
        try (Connection connection = DriverManager.getConnection(url(database), USER, password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new ServerFailed("PostgreSQL: " + e.getMessage(), e);
        }
    }

    private static Processes.Finished pgCtl(Path folder, Path output, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Binaries.postgres().resolve("bin/pg_ctl").toString(),
                "-D",
                folder.resolve("data").toString()));
        command.addAll(List.of(arguments));
        return Processes.run(Unprivileged.command(command), output, PATIENCE.plusSeconds(10));
    }

    private String reason(String output) throws IOException {
        Path serverLog = folder.resolve("log");
        return lastError(Files.exists(serverLog) ? Files.readString(serverLog) : output);
    }

    private static String lastError(String output) {
        return output.lines()
                .filter(line -> line.contains("FATAL") || line.contains("PANIC") || line.contains("error:"))
                .reduce((_, last) -> last)
                .orElseGet(
                        () -> output.strip().lines().reduce((_, last) -> last).orElse("no reason given"));
    }
}
