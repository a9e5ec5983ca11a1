package io.tillstream.standalone;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A main of ours in a JVM of its own, as an operator would run it. */
final class RunningProcess implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Process process;
    private final Path output;

    private RunningProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** The command line, with nothing of this process's settings. */
    static RunningProcess of(Path output, String... arguments) throws IOException {
        return start(output, Tillstream.class, Map.of(), arguments);
    }

    /** Any of our mains; of settings in the environment it has these only. */
    static RunningProcess start(Path output, Class<?> main, Map<String, String> settings, String... arguments)
            throws IOException {
        return start(1, output, main, settings, arguments);
    }

    /** As the other, for much work: with the second compiler, which costs most of the others more than it saves. */
    static RunningProcess startForMuch(Path output, Class<?> main, Map<String, String> settings, String... arguments)
            throws IOException {
        return start(4, output, main, settings, arguments);
    }

    private static RunningProcess start(
            int level, Path output, Class<?> main, Map<String, String> settings, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx400m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=" + level,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TILLSTREAM_"));
        builder.environment().putAll(settings);
        return new RunningProcess(builder.start(), output);
    }

    String said() throws IOException {
        return Files.readString(output);
    }

    void awaitSaying(String text) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!said().contains(text)) {
            if (!process.isAlive()) throw new AssertionError("It ended, saying: " + said());
            if (System.nanoTime() > deadline) throw new AssertionError("It only said: " + said());
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    /** Waits until an address answers with 200. */
    void awaitReady(URI address) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        HttpRequest request =
                HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(5)).build();
        while (true) {
            try {
                if (HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200) return;
            } catch (IOException e) {
                // not up yet
            }
            if (!process.isAlive()) throw new AssertionError("It ended, saying: " + said());
            if (System.nanoTime() > deadline) throw new AssertionError("It doesn't answer, and said: " + said());
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) throw new AssertionError("It doesn't end");
        return process.exitValue();
    }

    /** SIGTERM, which is the same to it as a Ctrl-C. */
    int stop() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Stops it, and waits, so that it lets go of its folder. */
    @Override
    public void close() {
        process.destroy();
        try {
            awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
