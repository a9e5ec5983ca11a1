package io.tillstream.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The command line in a JVM of its own. */
final class RunningProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Process process;
    private final Path output;

    private RunningProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static RunningProcess of(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx400m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Tillstream.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TILLSTREAM_"));
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

    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) throw new AssertionError("It doesn't end");
        return process.exitValue();
    }

    /** SIGTERM, which is the same to it as a Ctrl-C. */
    int stop() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
