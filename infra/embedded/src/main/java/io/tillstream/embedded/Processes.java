package io.tillstream.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Running helper programs, and finding and ending servers that are no children of this JVM. */
final class Processes {
    private Processes() {}

    record Finished(int status, String output) {}

    /** Output goes through a file: a daemon that a program leaves behind may hold a pipe open for ever. */
    static Finished run(List<String> command, Path output, Duration limit) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new ServerFailed(command.getFirst() + " took longer than " + limit.toSeconds() + " s");
            }
            return new Finished(process.exitValue(), Files.readString(output));
        } catch (IOException e) {
            throw new ServerFailed(command.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerFailed("Interrupted while running " + command.getFirst(), e);
        }
    }

    /** The process that a pid file names, if its command line shows that it is the one meant: pids are used again. */
    static Optional<ProcessHandle> named(Path pidFile, String program, Path folder) {
        return pid(pidFile)
                .flatMap(ProcessHandle::of)
                .filter(ProcessHandle::isAlive)
                .filter(process -> {
                    String line = process.info().commandLine().orElse("");
                    return line.contains(program) && line.contains(folder.toString());
                });
    }

    static Optional<Long> pid(Path pidFile) {
        try (Stream<String> lines = Files.lines(pidFile)) {
            return lines.findFirst()
                    .map(String::strip)
                    .filter(l -> l.matches("\\d{1,18}"))
                    .map(Long::valueOf);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** With all its children, and waits for them to be gone. */
    static void kill(ProcessHandle process) {
        List<ProcessHandle> all =
                Stream.concat(Stream.of(process), process.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> ended(each, Duration.ofSeconds(10)));
    }

    /** A dead process whose parent hasn't taken notice yet (a container's first one may be slow at that) shows no command line. */
    static boolean ended(ProcessHandle process, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (process.isAlive() && process.info().commandLine().isPresent()) {
            if (System.nanoTime() > deadline) return false;
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        return true;
    }
}
