package io.tillstream.standalone;

import io.tillstream.embedded.Ports;
import io.tillstream.standalone.BenchConnection.Answer;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** A shop of the bench's own, started as anybody starts one, in a folder that is gone afterwards; and the yardstick beside it. */
final class BenchShop implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String PACK = "00000000";
    private static final String ADMIN = "bench@example.com";
    private static final String PASSWORD = "only on loopback, and soon gone";

    private final Path folder;
    private final Path data;
    private final int port;
    private final Process process;
    private final Duration start;
    private final Stores stores;
    private final String key;
    private final ApiClient client;
    private @Nullable Process yardstick;
    private int yardstickPort;
    private String measured = "";
    private long copies;

    /** Sums over the shop's own processes: its JVM and its servers. */
    record Use(Duration cpu, long resident) {}

    private BenchShop(Path folder, Path data, int port, Process process, Duration start, String key) {
        this.folder = folder;
        this.data = data;
        this.port = port;
        this.process = process;
        this.start = start;
        this.key = key;
        this.client = new ApiClient("http://localhost:" + port, key);
        this.stores = RunningShop.on(data).stores(Arguments.of(List.of(), Set.of(), Map.of()));
    }

    static BenchShop start() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("tillstream-bench");
        Path data = folder.resolve("data");
        int port = Ports.free();
        String home = System.getProperty("tillstream.home");
        List<String> command = new ArrayList<>(
                home == null
                        ? java(Tillstream.class)
                        : List.of(Path.of(home, "tillstream").toString()));
        command.addAll(List.of("up", "--port", Integer.toString(port), "--data", data.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log(folder, "up"));
        builder.environment().keySet().removeIf(name -> name.startsWith("TILLSTREAM_") && !name.endsWith("_HOME"));
        builder.environment().put("TILLSTREAM_WEBHOOK_ALLOW", "127.0.0.0/8");
        builder.environment().put("TILLSTREAM_ADMIN_EMAIL", ADMIN);
        builder.environment().put("TILLSTREAM_ADMIN_PASSWORD", PASSWORD);
        long started = System.nanoTime();
        Process process = builder.start();
        try {
            endWithThisJvm(process, () -> delete(folder));
            Path key = data.resolve("api-key");
            while (!answers(port, key)) {
                if (!process.isAlive() || System.nanoTime() - started > PATIENCE.toNanos())
                    throw new CannotGoOn("The shop didn't start: " + Files.readString(folder.resolve("up.log")));
                TimeUnit.MILLISECONDS.sleep(20);
            }
            Duration start = Duration.ofNanos(System.nanoTime() - started);
            while (!Files.exists(data.resolve("control"))) TimeUnit.MILLISECONDS.sleep(20);
            return new BenchShop(
                    folder, data, port, process, start, Files.readString(key).strip());
        } catch (IOException | InterruptedException | RuntimeException e) {
            end(process);
            delete(folder);
            throw e;
        }
    }

    private static boolean answers(int port, Path key) {
        if (!Files.exists(key)) return false;
        try (BenchConnection connection = new BenchConnection(port)) {
            return connection
                            .send(BenchConnection.get(
                                    "/api/v1/products", Files.readString(key).strip()))
                            .status()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** A main of ours in a JVM like this one, which has the settings of every command. */
    private static List<String> java(Class<?> main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> (argument.startsWith("-X") && !argument.contains("FlightRecording"))
                        || argument.startsWith("--enable-native-access")
                        || argument.startsWith("--sun-misc-unsafe"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return command;
    }

    /** Starts the yardstick on the documents that the shop's product lists read; answers its port. */
    int yardstick() throws IOException, InterruptedException {
        if (collection().equals(measured)) return yardstickPort;
        end(yardstick);
        measured = collection();
        List<String> command = java(BenchYardstick.class);
        command.add(stores.setting(Stores.MONGODB_URI));
        command.add(stores.setting(Stores.MONGODB_DATABASE));
        command.add(measured);
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(folder, "yardstick"))
                .start();
        yardstick = started;
        endWithThisJvm(started, () -> {});
        String said = "";
        while (!said.contains("listening on ") || !said.endsWith("\n")) {
            if (!started.isAlive()) throw new CannotGoOn("The yardstick didn't start: " + said);
            TimeUnit.MILLISECONDS.sleep(20);
            said = Files.readString(folder.resolve("yardstick.log"));
        }
        yardstickPort = Integer.parseInt(
                said.substring(said.indexOf("listening on ") + 13).strip());
        return yardstickPort;
    }

    private static File log(Path folder, String name) {
        return folder.resolve(name + ".log").toFile();
    }

    /** The collection that reads of products use. */
    String collection() {
        String pointer = stores.mongodb().listCollectionNames().into(new ArrayList<>()).stream()
                .filter(name -> name.matches("product_v\\d+"))
                .findFirst()
                .orElseThrow();
        var found = stores.mongodb()
                .getCollection("pointers")
                .find(new Document("_id", pointer))
                .first();
        return found == null ? pointer : found.getString("collection");
    }

    int port() {
        return port;
    }

    /** The operator's key, without a limit. */
    String key() {
        return key;
    }

    Duration started() {
        return start;
    }

    Stores stores() {
        return stores;
    }

    ApiClient client() {
        return client;
    }

    Path folder() {
        return folder;
    }

    /** Its data folder. */
    Path data() {
        return data;
    }

    /** Where its Redis is. */
    String redis() {
        Properties ports = new Properties();
        try {
            ports.load(new StringReader(Files.readString(data.resolve("ports"))));
            return "redis://:"
                    + Files.readString(data.resolve("redis/password")).strip() + "@127.0.0.1:"
                    + ports.getProperty("redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keys with the limit that a key may have, so many that together they never meet it. Only an admin makes keys. */
    List<String> limitedKeys(int count) throws IOException {
        String origin = "Origin: http://localhost\r\n";
        try (BenchConnection connection = new BenchConnection(port)) {
            String login = ApiClient.JSON.writeValueAsString(Map.of("email", ADMIN, "password", PASSWORD));
            String head = connection
                    .send(BenchConnection.post("/api/auth/login", null, origin, login))
                    .head();
            int at = head.toLowerCase(Locale.ROOT).indexOf("set-cookie: ");
            if (at < 0) throw new CannotGoOn("The admin can't sign in");
            String cookie = "Cookie: " + head.substring(at + 12, head.indexOf(';', at)) + "\r\n";
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String key = ApiClient.JSON.writeValueAsString(
                        Map.of("name", "bench " + i, "scopes", List.of("*"), "rate_limit_per_minute", 1000));
                Answer made = connection.send(BenchConnection.post("/api/v1/api-keys", null, origin + cookie, key));
                if (made.status() != 201) throw new CannotGoOn("No key can be made: " + made.text());
                keys.add(ApiClient.JSON
                        .readTree(made.text())
                        .path("data")
                        .path("key")
                        .asString());
            }
            return keys;
        }
    }

    /** The owner's connection to the shop's database. */
    Connection owner() throws SQLException {
        return DriverManager.getConnection(stores.setting("tillstream.postgres.url"), "tillstream", ownersPassword());
    }

    String ownersPassword() {
        try {
            return Files.readString(data.resolve("postgres/password")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Brings the shop to so many products, by events like those of a command, and waits until all readers have them. */
    void fill(int products) throws SQLException, InterruptedException, IOException {
        long there = total();
        if (there >= products) return;
        String original = client.post(
                        "/products",
                        Map.of(
                                "name",
                                "Field recordings, volume " + PACK,
                                "slug",
                                "field-recordings-" + PACK + "-" + there,
                                "price",
                                1900,
                                "description",
                                "Forty minutes of rain, trains, markets and the sea, recorded in stereo at 96 kHz."))
                .id();
        copy(original, products - there - 1);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (total() < products) {
            if (System.nanoTime() > deadline) throw new CannotGoOn("The read model doesn't get to " + products);
            TimeUnit.MILLISECONDS.sleep(200);
        }
        settle();
    }

    /** Appends so many copies of a product's first event, each for a product of its own. */
    void copy(String product, long count) throws SQLException {
        try (Connection connection = owner();
                PreparedStatement copy = connection.prepareStatement("""
                        insert into events (event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata, payload)
                        select gen_random_uuid(), aggregate_type, id, sequence, type, revision, at, metadata,
                               replace(replace(replace(payload, aggregate_id, id), time, at), '%s', lpad(n::text, 8, '0'))
                        from events, (
                          select n, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
                                 regexp_replace(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
                                     || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15),
                                   '(.{8})(.{4})(.{4})(.{4})(.{12})', '\\1-\\2-\\3-\\4-\\5') as id
                          from (select n, timestamptz '2025-01-01' + n * interval '1 second' as at
                                from generate_series(?, ?) n) numbered) copies
                        where aggregate_id = ? and sequence = 0
                        order by n
                        """.formatted(PACK))) {
            copy.setLong(1, copies + 1);
            copy.setLong(2, copies + count);
            copy.setString(3, product);
            copy.executeUpdate();
            copies += count;
        }
    }

    private long total() {
        return client.get("/products?limit=1")
                .body()
                .path("pagination")
                .path("total")
                .asLong();
    }

    /** Waits until the shop has next to nothing to do. */
    void settle() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (int calm = 0; calm < 3 && System.nanoTime() < deadline; ) {
            Duration before = use().cpu();
            TimeUnit.MILLISECONDS.sleep(500);
            calm = use().cpu().minus(before).toMillis() < 100 ? calm + 1 : 0;
        }
    }

    /** What its processes have used so far; memory that PostgreSQL's processes share counts once. */
    Use use() {
        Duration cpu = Duration.ZERO;
        long resident = 0;
        for (ProcessHandle each : processes()) {
            cpu = cpu.plus(each.info().totalCpuDuration().orElse(Duration.ZERO));
            resident += resident(each.pid(), each.info().command().orElse("").endsWith("postgres"));
        }
        return new Use(cpu, resident);
    }

    /** What the JVM's compilers have used of the CPU; of those threads of them that there are. */
    Duration compiling() {
        Duration cpu = Duration.ZERO;
        for (ProcessHandle each : processes()) {
            File[] threads = new File("/proc/" + each.pid() + "/task").listFiles();
            if (threads == null) continue; // it has just ended
            for (File thread : threads) cpu = cpu.plus(compiling(thread.toPath()));
        }
        return cpu;
    }

    private static Duration compiling(Path thread) {
        try {
            if (!Files.readString(thread.resolve("comm")).matches("C[12] Compiler.*\\s*")) return Duration.ZERO;
            String nanoseconds = Files.readString(thread.resolve("schedstat")).replaceFirst("(?s) .*", "");
            return Duration.ofNanos(Long.parseLong(nanoseconds));
        } catch (IOException ended) {
            return Duration.ZERO;
        }
    }

    private Set<ProcessHandle> processes() {
        List<ProcessHandle> roots = ProcessHandle.allProcesses()
                .filter(each -> each.info().commandLine().orElse("").contains(data.toString()))
                .toList();
        Set<ProcessHandle> all = new HashSet<>(roots);
        roots.forEach(root -> root.descendants().forEach(all::add));
        return all;
    }

    private static long resident(long pid, boolean shares) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + (shares ? "/smaps_rollup" : "/status")))) {
            return lines.filter(line -> line.startsWith(shares ? "Pss:" : "VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** Also where a signal ends the bench, whose own way out isn't gone then. */
    private static void endWithThisJvm(Process process, Runnable after) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                end(process);
                after.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private static void end(@Nullable Process process) throws InterruptedException {
        if (process == null) return;
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) return;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("tillstream: " + folder + " can't be removed: " + Reasons.innermost(e));
        }
    }

    @Override
    public void close() {
        try {
            client.close();
            stores.close();
            end(yardstick);
            end(process);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            delete(folder);
        }
    }
}
