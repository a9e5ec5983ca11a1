package io.tillstream.command.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.Servers;
import io.tillstream.store.Appended;
import io.tillstream.store.TestStore;
import io.tillstream.store.proof.HeadsFile;
import io.tillstream.store.proof.SignedHead;
import io.tillstream.store.proof.StoredTree;
import io.tillstream.store.proof.TreeCheck;
import io.tillstream.store.verify.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every settled event gets under a signed head, whatever happens to writers of events and of heads. */
class HeadWriterTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<HeadWriter> writers = new CopyOnWriteArrayList<>();

    @TempDir
    private Path folder;

    private final TestStore store = new TestStore(Servers.temporary().postgres());
    private final StoredTree tree = new StoredTree(store.jdbc);

    @AfterEach
    void close() {
        writers.forEach(HeadWriter::close);
        store.close();
    }

    @Test
    @Timeout(180)
    void signsAllThatSixteenWritersWriteWhoRollBackNowAndThenWhileSignersComeAndGo() throws Exception {
        start(null);
        start(null);
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> appending = new ArrayList<>();
            for (int number = 0; number < 16; number++) {
                boolean rollsBack = number % 4 == 0;
                appending.add(pool.submit(() -> {
                    for (int round = 0; round < 60; round++) append(2, rollsBack && round % 2 == 0);
                }));
            }
            await().atMost(LONG).until(() -> tree.newest().isPresent());
            HeadWriter working =
                    writers.stream().filter(HeadWriter::signing).findFirst().orElseThrow();
            working.close(); // the other one takes over
            for (Future<?> writer : appending) writer.get();
        }
        writers.forEach(HeadWriter::close);
        append(1, false);
        start(null); // goes on where the others ended
        awaitAllSigned();
        assertThat(events()).isEqualTo(16 * 120 - 4 * 60 + 1);
        assertThat(differences(null)).isEmpty();
    }

    @Test
    @Timeout(120)
    void signsInOneInstanceAndNothingWhileNothingHappens() throws InterruptedException {
        HeadWriter one = start(null);
        HeadWriter two = start(null);
        append(3, false);
        awaitAllSigned();
        assertThat(List.of(one.signing(), two.signing())).containsExactlyInAnyOrder(true, false);
        long heads = heads().size();
        append(1, true); // takes a position, and commits nothing
        await().during(Duration.ofMillis(1_500)).atMost(LONG).until(() -> heads().size() == heads);
    }

    @Test
    @Timeout(120)
    void writesItsHeadsToAFileToo() throws IOException {
        append(5, false);
        HeadWriter unwritten = start(null);
        awaitAllSigned();
        unwritten.close();
        Path file = folder.resolve("heads.ndjson");
        HeadWriter first = start(file);
        append(1, false);
        awaitAllSigned();
        await().atMost(LONG).until(() -> new HeadsFile(file).last().equals(tree.newest()));
        assertThat(Files.readAllLines(file)).hasSize(heads().size());
        first.close();
        // a crash cut the last line short
        String whole = Files.readString(file);
        Files.writeString(file, whole.substring(0, whole.length() - 40));
        HeadWriter second = start(file);
        await().atMost(LONG).until(() -> new HeadsFile(file).last().equals(tree.newest()));
        assertThat(differences(file)).isEmpty();
        assertThat(second.trouble()).isNull();
    }

    @Test
    @Timeout(120)
    void leavesAFileAloneThatTellsOfAnotherHistory() throws IOException {
        append(5, false);
        Path file = folder.resolve("heads.ndjson");
        HeadWriter first = start(file);
        awaitAllSigned();
        await().atMost(LONG).until(() -> Files.exists(file));
        first.close();
        SignedHead head = tree.newest().orElseThrow();
        String line = Files.readString(file);
        Files.writeString(file, line.replace(head.root(), "00".repeat(32)), StandardOpenOption.TRUNCATE_EXISTING);
        String told = Files.readString(file);
        HeadWriter second = start(file);
        append(1, false);
        awaitAllSigned();
        await().atMost(LONG).until(() -> second.trouble() != null);
        assertThat(second.trouble()).contains("a head of 5 events that this history doesn't have");
        assertThat(Files.readString(file)).isEqualTo(told);
    }

    @Test
    @Timeout(120)
    void goesOnWithoutItsFileAndWritesItLater() throws IOException {
        Path file = folder.resolve("away").resolve("heads.ndjson");
        HeadWriter writer = start(file);
        append(1, false);
        awaitAllSigned();
        await().atMost(LONG).until(() -> writer.trouble() != null);
        Files.createDirectories(file.getParent());
        await().atMost(LONG).until(() -> writer.trouble() == null);
        assertThat(new HeadsFile(file).last()).isEqualTo(tree.newest());
    }

    private HeadWriter start(@Nullable Path file) {
        HeadWriter writer = new HeadWriter(
                store.owner,
                store.writable,
                store.master,
                new Appended(),
                Clock.systemUTC(),
                file == null ? null : file.toString());
        writers.add(writer);
        writer.start();
        return writer;
    }

    /** One transaction of so many events of a new aggregate. */
    private void append(int events, boolean rollBack) {
        store.transaction.executeWithoutResult(status -> {
            UUID aggregate = UUID.randomUUID();
            for (int sequence = 0; sequence < events; sequence++) store.append(aggregate, sequence, Instant.EPOCH);
            if (rollBack) status.setRollbackOnly();
        });
    }

    private void awaitAllSigned() {
        long events = events();
        await().atMost(LONG).until(() -> tree.newest().map(SignedHead::size).orElse(0L) == events);
    }

    private long events() {
        return store.jdbc.sql("select count(*) from events").query(Long.class).single();
    }

    private List<SignedHead> heads() {
        return tree.heads(1, Long.MAX_VALUE, true, 1_000);
    }

    private List<String> differences(@Nullable Path file) {
        return Found.by(new TreeCheck(store.owner, store.master, file, 0)).differences();
    }
}
