package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.fail;

import io.tillstream.embedded.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Java process of ours, started as an operator would, with a log of its own. */
final class RunningProcess implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final Path log;

    private RunningProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static RunningProcess start(Path log, Class<?> main, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx400m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return new RunningProcess(builder.start(), log);
    }

    /** A port that is free now. */
    static int freePort() {
        return Ports.free();
    }

    /** Waits until an address answers with 200. */
    void awaitReady(URI address) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(5)).build();
        for (int tries = 0; tries < 600; tries++) {
            try {
                if (HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) return;
            } catch (IOException e) {
                // not up yet
            }
            if (process.waitFor(200, TimeUnit.MILLISECONDS))
                fail("It ended with " + process.exitValue() + ":\n" + Files.readString(log));
        }
        fail("It doesn't answer:\n" + Files.readString(log));
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, and an orderly end. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) fail("It doesn't end");
        return process.exitValue();
    }

    @Override
    public void close() {
        try {
            if (process.isAlive()) stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
