package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be told without starting a shop: in one line, with status 1. */
class CommandLineTest {
    @TempDir
    private Path folder = Path.of("");

    private record Said(int status, String out, String err) {}

    @Test
    void explainsItselfWhenAskedNothing() {
        assertThat(say().out()).contains("./tillstream up", "./tillstream demo", "./tillstream admin");
        assertThat(say().status()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"up", "demo", "listen", "admin", "replay", "verify", "export", "publish", "bench", "version"})
    void explainsEveryCommand(String command) {
        Said said = say(command, "--help");
        assertThat(said.status()).isZero();
        assertThat(said.out()).startsWith("Usage: ./tillstream " + command);
    }

    @Test
    void hasNoCommandThatTheLauncherDoesNotPassOn() throws Exception {
        List<String> passedOn = Files.readAllLines(Path.of("../../tillstream")).stream()
                .filter(line -> line.startsWith("  up | "))
                .flatMap(line -> Arrays.stream(line.split("[|);]", -1)))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        assertThat(passedOn).containsExactlyInAnyOrderElementsOf(Tillstream.COMMANDS);
    }

    @Test
    void explainsEveryOption() {
        Map.of(
                        "up",
                        Up.OPTIONS,
                        "demo",
                        Demo.OPTIONS,
                        "listen",
                        ListenCommand.OPTIONS,
                        "admin",
                        Admin.OPTIONS,
                        "replay",
                        ReplayCommand.OPTIONS,
                        "verify",
                        VerifyCommand.OPTIONS,
                        "export",
                        ExportCommand.OPTIONS,
                        "publish",
                        PublishCommand.OPTIONS,
                        "bench",
                        BenchCommand.OPTIONS)
                .forEach((command, options) -> explains(command, options));
    }

    private static void explains(String command, Set<String> options) {
        for (String option : options) assertThat(Tillstream.help(command)).contains("--" + option + " ");
    }

    @Test
    void namesAnUnknownOptionAndShowsTheUsage() {
        Said said = say("up", "--prot", "80");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("Unknown option: --prot").contains("Usage: ./tillstream up");
    }

    @ParameterizedTest
    @CsvSource({
        "export --type product, --type must be",
        "export --from yesterday, --from must be",
        "export --aggregate-id 7, --aggregate-id must be",
        "export --after -1, --after must be",
        "export --mode none, --mode must be",
        "listen --mode none, --mode must be",
        "listen --port 70000, Not a port: 70000",
        "listen here, Unexpected argument: here",
        "publish, --topic is missing",
        "publish --topic a/b, Not a topic's name",
        "publish --topic __consumer_offsets, Not a topic's name",
        "publish --topic t --from-position x, --from-position must be",
        "publish --topic t --from-position 9 --to-position 8, --to-position must not be",
    })
    void namesAMalformedOption(String command, String said) {
        Said answer = say(command.split(" ", -1));
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err()).contains(said).contains("Usage: ./tillstream " + command.substring(0, 6));
    }

    @Test
    void namesAnUnknownCommand() {
        Said said = say("down");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("Unknown command: down").contains("Usage:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x50", "-1", "65536", "99999999999"})
    void refusesWhatIsNoPort(String port) {
        Said said = say("up", "--data", folder.toString(), "--port", port);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("Not a port: " + port).contains("Usage: ./tillstream up");
    }

    @Test
    void refusesAPortThatIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[4]))) {
            String port = Integer.toString(other.getLocalPort());
            assertOneLine(
                    say("up", "--data", folder.toString(), "--port", port),
                    "Port " + port + " is taken by another program");
        }
    }

    @Test
    void refusesAFolderOfANewerVersion() throws Exception {
        Files.writeString(folder.resolve("version"), "2\n");
        assertOneLine(say("up", "--data", folder.toString(), "--port", "0"), "was written by a newer Tillstream");
    }

    @Test
    void refusesAFolderInUse() {
        DataFolder held = DataFolder.open(folder);
        try {
            // Within one JVM the lock is refused in another way than between two; UpTest has two.
            assertThat(held.path()).isDirectory();
            assertThat(folder.resolve("lock"))
                    .hasContent(Long.toString(ProcessHandle.current().pid()));
        } finally {
            held.close();
        }
    }

    @Test
    void refusesAFileForAFolder() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertOneLine(say("up", "--data", file.toString(), "--port", "0"), "Not a folder: " + file);
    }

    @Test
    void refusesAServerThatDoesNotAnswer() {
        Said said = say("up", "--data", folder.toString(), "--port", "0", "--kafka", "127.0.0.1:1");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("No Kafka answers at 127.0.0.1:1").hasLineCount(1);
    }

    @Test
    void findsNoShopWhereNoneRuns() {
        assertOneLine(
                say("admin", "add", "--email", "a@example.com", "--data", folder.toString()),
                "No shop is running on " + folder);
        assertOneLine(say("demo", "--data", folder.toString()), "No shop is running on " + folder);
        assertOneLine(say("listen", "--data", folder.toString()), "No shop is running on " + folder);
        assertOneLine(say("replay", "tag", "--data", folder.toString()), "No shop is running on " + folder);
        assertOneLine(say("verify", "--data", folder.toString()), "No shop is running on " + folder);
    }

    private static void assertOneLine(Said said, String message) {
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains(message).hasLineCount(1);
        assertThat(said.out()).isEmpty();
    }

    private static Said say(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Tillstream.run(
                List.of(arguments),
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Said(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
