package io.tillstream.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./tillstream} in a folder of its own, where what builds only says when it does and then fails. */
class LauncherTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path home;

    @BeforeEach
    void lookLikeAClone() throws IOException {
        Path sources = Path.of("../..");
        Files.createDirectories(home.resolve(".mvn"));
        Files.createDirectories(home.resolve("infra/standalone/src/main"));
        for (String file : List.of("tillstream", "pom.xml", ".mvn/jdk.sh"))
            Files.copy(sources.resolve(file), home.resolve(file));
        Path mvnw = home.resolve("mvnw");
        Files.writeString(mvnw, """
                #!/bin/sh
                cd "$(dirname "$0")"
                echo begins >>builds
                while [ -e wait ]; do sleep 0.1; done
                echo ends >>builds
                exit 1
                """);
        assertThat(mvnw.toFile().setExecutable(true)).isTrue();
        assertThat(home.resolve("tillstream").toFile().setExecutable(true)).isTrue();
    }

    @Test
    void buildsOnceAtATime() throws Exception {
        Files.createFile(home.resolve("wait"));
        Process first = start("first");
        Awaitility.await().atMost(LONG).until(() -> builds().equals(List.of("begins")));
        Process second = start("second");
        Awaitility.await().atMost(LONG).until(() -> said("second").contains("Waiting for another build"));
        assertThat(said("second")).contains("(process " + first.pid() + ")");
        Files.delete(home.resolve("wait"));
        assertThat(first.waitFor(30, SECONDS)).isTrue();
        assertThat(second.waitFor(30, SECONDS)).isTrue();
        assertThat(builds()).containsExactly("begins", "ends", "begins", "ends");
        assertThat(first.exitValue()).isEqualTo(1);
        assertThat(said("first")).contains("the build failed");
        assertThat(Files.exists(lock(), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void goesOnWhereABuildWasKilled() throws Exception {
        Files.createFile(home.resolve("wait"));
        Process killed = start("killed");
        Awaitility.await().atMost(LONG).until(() -> builds().equals(List.of("begins")));
        killed.destroyForcibly();
        assertThat(killed.waitFor(30, SECONDS)).isTrue();
        assertThat(Files.isSymbolicLink(lock())).isTrue();
        Files.delete(home.resolve("wait"));
        Process next = start("next");
        assertThat(next.waitFor(30, SECONDS)).isTrue();
        assertThat(said("next")).contains("the build failed").doesNotContain("Waiting");
        // the killed one's own build goes on by itself
        Awaitility.await().atMost(LONG).until(() -> builds().size() == 4);
    }

    @Test
    void removesClassesWhoseSourcesAreGone() throws Exception {
        Path stale = home.resolve("event-store/target/classes/db/migration/V99__gone.sql");
        Files.createDirectories(stale.getParent());
        Files.writeString(stale, "select 1");
        assertThat(start("only").waitFor(30, SECONDS)).isTrue();
        assertThat(builds()).containsExactly("begins", "ends");
        assertThat(stale).doesNotExist();
    }

    @Test
    void explainsEveryCommandWithoutABuild() throws Exception {
        Path help = Path.of("src/main/resources/io/tillstream/standalone/help");
        Path copies = Files.createDirectories(home.resolve("infra/standalone").resolve(help));
        List<String> commands = Stream.concat(Tillstream.COMMANDS.stream(), Stream.of("version"))
                .toList();
        for (String command : commands) Files.copy(help.resolve(command + ".txt"), copies.resolve(command + ".txt"));
        for (String command : commands) {
            Process asked = start(command, command, "--help");
            assertThat(asked.waitFor(30, SECONDS)).isTrue();
            assertThat(asked.exitValue()).as(command).isZero();
            assertThat(said(command)).startsWith("Usage: ./tillstream " + command);
        }
        assertThat(builds()).isEmpty();
    }

    private Process start(String name) throws IOException {
        return start(name, "bench");
    }

    private Process start(String name, String... arguments) throws IOException {
        return new ProcessBuilder(
                        Stream.concat(Stream.of(home.resolve("tillstream").toString()), Stream.of(arguments))
                                .toList())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve(name).toFile())
                .start();
    }

    private String said(String name) throws IOException {
        return Files.readString(home.resolve(name));
    }

    private List<String> builds() throws IOException {
        Path builds = home.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
    }

    private Path lock() {
        return home.resolve("infra/standalone/target/building");
    }
}
