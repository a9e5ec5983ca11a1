package io.tillstream.store.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.embedded.Servers;
import io.tillstream.store.MasterKey;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.Tail;
import io.tillstream.store.TestStore;
import io.tillstream.store.verify.Check;
import io.tillstream.store.verify.Found;
import io.tillstream.store.verify.SequencesCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What somebody who may write SQL does to a history of 600 events under five heads, and what is said about it. */
class TreeCheckTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    private Path folder;

    private TestStore store;
    private Path file;

    @BeforeEach
    void open() throws Exception {
        store = new TestStore(Servers.temporary().postgres());
        file = folder.resolve("heads.ndjson");
        for (int size : List.of(100, 156, 1, 200, 143)) grow(size);
        new HeadsFile(file).append(heads());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void findsNothingInAHistoryThatWasLeftAlone() {
        assertThat(differences()).isEmpty();
        assertThat(Found.by(check(file, 0)).notes())
                .singleElement()
                .asString()
                .contains("covers 600 events up to position 800");
        for (SignedHead head : heads())
            assertThat(Found.by(check(file, head.size())).differences()).isEmpty();
        sql("select nextval(pg_get_serial_sequence('events', 'position'))");
        store.transaction.executeWithoutResult(status -> store.append(UUID.randomUUID(), 0, NOON));
        assertThat(Found.by(check(file, 0)).notes())
                .singleElement()
                .asString()
                .endsWith("; 1 newer ones are not signed yet");
    }

    // the first and the last of a block and of all, and one in the middle: every third position before an event is dead
    @ParameterizedTest
    @ValueSource(longs = {2, 342, 343, 500, 800})
    void namesAnEventOfWhichOneByteWasChanged(long position) {
        for (String change : List.of(
                "payload = overlay(payload placing 'X' from 20)",
                "metadata = replace(metadata, 'system:test', 'system:tesu')",
                "time = '2026-03-01T12:00:00.001Z'",
                "revision = '2'",
                "type = 'tag.changed'",
                "event_id = '" + UUID.randomUUID() + "'",
                "aggregate_type = 'tab'",
                "sequence = 1")) {
            String before = whole(position);
            sql("update events set " + change + " where position = " + position);
            assertThat(whole(position)).isNotEqualTo(before);
            assertThat(differences()).contains("Event at position " + position + " was changed");
            assertThat(differences()).hasSize(change.startsWith("sequence") ? 2 : 1);
            restore(position, before);
        }
        assertThat(differences()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 342, 343, 500, 800})
    void namesAnEventThatWasRemoved(long position) {
        sql("delete from events where position = " + position);
        assertThat(differences()).containsExactly("Event at position " + position + " was removed");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1, 341, 501, 797})
    void namesAnEventThatWasSlippedIn(long position) {
        slipIn(position);
        assertThat(differences()).containsExactly("Event at position " + position + " was slipped in");
    }

    @Test
    void namesAnEventThatWasMovedAndOneThatStandsInForAnother() {
        sql("alter table events alter column position drop identity");
        sql("update events set position = 1 where position = 500");
        sql("update events set aggregate_id = gen_random_uuid() where position = 600");
        assertThat(differences())
                .containsExactly(
                        "Event at position 1 was slipped in",
                        "Event at position 500 was removed",
                        "Event at position 600 was changed");
    }

    @Test
    void namesManyAtOnce() {
        sql("delete from events where position between 300 and 320");
        sql("update events set payload = payload || ' ' where position between 500 and 520");
        assertThat(differences())
                .filteredOn(line -> line.endsWith("removed"))
                .hasSize(Math.toIntExact(count("select count(*) from generate_series(300, 320) p where p % 4 <> 1")));
        assertThat(differences()).filteredOn(line -> line.endsWith("changed")).hasSize(16);
    }

    @Test
    void anEventThatIsChangedTogetherWithItsRecordContradictsTheHeads() throws SQLException {
        sql("update events set payload = replace(payload, 'a tag', 'a bag') where position = 500");
        rewriteRecord();
        assertThat(differences())
                .containsExactly(
                        "The head at 457 was signed for other events: at a position above 343 and up to 610 one was"
                                + " changed, removed or slipped in together with its record");
    }

    @Test
    void aHistoryThatIsRewrittenAndSignedAnewContradictsTheHeadsElsewhere() throws Exception {
        sql("update events set payload = replace(payload, 'a tag', 'a bag') where position = 500");
        sql("delete from tree_heads");
        sql("delete from tree_blocks");
        resign(store.master);
        assertThat(differences()).isEmpty(); // who has the master key, too, can sign
        assertThat(Found.by(check(file, 0)).differences())
                .contains("Line 1 of the heads file, the head at 100, is missing in the store")
                .anyMatch(line ->
                        line.startsWith("Line 4 of the heads file, the head at 457, was signed for other events: at"
                                + " a position above 343 and up to 610"));
    }

    @Test
    void aHistoryOfWhichTheEndWasCutOffContradictsTheHeadsElsewhere() {
        sql("delete from events where position > 343");
        sql("delete from tree_heads where size > 257");
        assertThat(differences()).isEmpty();
        assertThat(Found.by(check(file, 0)).differences())
                .containsExactly(
                        "Line 4 of the heads file, the head at 457, is not in the store, whose newest head covers 257 events",
                        "Line 5 of the heads file, the head at 600, is not in the store, whose newest head covers 257 events");
    }

    @Test
    void aKeyOfSomebodyWithoutTheMasterKeyIsNotBelieved() throws SQLException {
        sql("delete from tree_heads");
        sql("delete from tree_blocks");
        sql("delete from signing_keys");
        resign(MasterKey.of(Base64.getEncoder()
                .encodeToString("somebody else's key of 32 bytes!".getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        assertThat(differences()).singleElement().asString().endsWith(" was not made by a holder of the master key");
    }

    @Test
    void namesHeadsThatWereTamperedWith() {
        sql("update tree_heads set time = '2026-01-01T00:00:00.000Z' where size = 100");
        sql("update tree_heads set signature = reverse(signature) where size = 600");
        assertThat(differences())
                .containsExactly(
                        "The head at 100 has a signature that doesn't hold",
                        "The head at 600 has a signature that doesn't hold");
        assertThat(Found.by(check(file, 0)).differences())
                .contains("Line 1 of the heads file, the head at 100, is not the one in the store");
        sql("delete from tree_heads where size = 257");
        assertThat(Found.by(check(file, 0)).differences())
                .contains("Line 3 of the heads file, the head at 257, is missing in the store");
        sql("delete from tree_heads");
        assertThat(differences()).containsExactly("There is no signed head");
    }

    @Test
    void aRecordThatIsMissingOrDamagedIsNamedAndHidesNothing() {
        sql("delete from tree_blocks where number = 1");
        String lost = "Block 1 of the recorded leaves is missing or damaged; the stored events stand in for it";
        assertThat(differences()).containsExactly(lost);
        sql("update events set payload = payload || ' ' where position = 600");
        assertThat(differences())
                .hasSize(2)
                .contains(lost)
                .anyMatch(line -> line.contains("was signed for other events"));
    }

    @Test
    void subtreesThatDontFitTheirLeavesAreNamed() {
        sql("update tree_blocks set subtrees = overlay(subtrees placing '\\x00' from 3) where number = 1");
        assertThat(differences())
                .containsExactly("Block 1 of the recorded leaves has other subtrees than its leaves make");
    }

    @Test
    void aGeneratedColumnThatWasMadeToSaySomethingElseIsNamed() {
        sql("alter table events alter column mode drop expression");
        sql("update events set mode = 'test' where position = 500");
        assertThat(differences())
                .containsExactly("Event at position 500: the column mode is not what its metadata say");
    }

    @Test
    void aLineOfTheFileThatCantBeReadIsToldAndOneOutOfOrderIsNamed() throws Exception {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.add(2, lines.get(2).substring(0, 50));
        lines.add(lines.getFirst());
        Files.write(file, lines);
        Found found = Found.by(check(file, 0));
        assertThat(found.notes()).contains("1 line of the heads file can't be read");
        assertThat(found.differences()).containsExactly("Line 7 of the heads file, the head at 100, is out of order");
    }

    @Test
    void fromAHeadThatIsntThereItDoesntStart() {
        assertThatThrownBy(() -> check(file, 101).run(new Found())).hasMessage("There is no head of 101 events");
    }

    @Test
    void namesGapsAndRepeatsInAnAggregate() {
        UUID aggregate = UUID.randomUUID();
        store.transaction.executeWithoutResult(status -> {
            for (int sequence = 0; sequence < 5; sequence++) store.append(aggregate, sequence, NOON);
        });
        Check sequences = new SequencesCheck(store.reader);
        assertThat(Found.by(sequences).differences()).isEmpty();
        sql("delete from events where aggregate_id = '" + aggregate + "' and sequence = 2");
        assertThat(Found.by(sequences).differences())
                .containsExactly("Aggregate " + aggregate + ": sequence 3 stands where 2 should be");
        sql("alter table events drop constraint events_one_writer");
        sql("update events set sequence = 1 where aggregate_id = '" + aggregate + "' and sequence = 3");
        sql("update events set sequence = 3 where aggregate_id = '" + aggregate + "' and sequence = 4");
        sql("update events set sequence = 1 where aggregate_id = '" + aggregate + "' and sequence = 0");
        assertThat(Found.by(sequences).differences())
                .containsExactly(
                        "Aggregate " + aggregate + ": sequence 1 stands where 0 should be",
                        "Aggregate " + aggregate + ": sequence 1 stands where 2 should be",
                        "Aggregate " + aggregate + ": sequence 1 stands where 2 should be",
                        "Aggregate " + aggregate + ": sequence 3 stands where 2 should be");
    }

    /** Appends so many events, every third after a dead position, and signs them. */
    private void grow(int events) throws SQLException {
        store.transaction.executeWithoutResult(status -> {
            for (int i = 0; i < events; i++) {
                if (count("select count(*) from events") % 3 == 0)
                    sql("select nextval(pg_get_serial_sequence('events', 'position'))");
                store.append(UUID.randomUUID(), 0, NOON);
            }
        });
        resign(store.master);
    }

    /** Signs what is stored beyond the newest head, as whoever has this master key. */
    private void resign(MasterKey master) throws SQLException {
        try (Connection session = store.owner.getConnection()) {
            GrowingTree tree = GrowingTree.open(session, master, Clock.systemUTC());
            SignedHead newest = tree.newest();
            Tail tail = store.log.tailFrom(newest == null ? 0 : newest.lastPosition());
            long stored = store.log.highest();
            while (tail.position() < stored) {
                List<StoredEvent> run = tail.nextStored(100);
                tree.add(run);
            }
            tree.sign();
        }
    }

    /** Makes the recorded leaves those of the stored events, and leaves the heads as they are. */
    private void rewriteRecord() throws SQLException {
        List<SignedHead> kept = heads();
        sql("delete from tree_heads");
        resign(store.master);
        sql("delete from tree_heads");
        for (SignedHead head : kept) StoredTree.insert(store.jdbc, head);
    }

    private void slipIn(long position) {
        sql(
                "insert into events (position, event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata,"
                        + " payload) overriding system value select " + position
                        + ", gen_random_uuid(), aggregate_type,"
                        + " gen_random_uuid(), 0, type, revision, time, metadata, payload from events where position = 500");
    }

    private String whole(long position) {
        return store.jdbc
                .sql("select to_jsonb(events)::text from events where position = " + position)
                .query(String.class)
                .single();
    }

    private void restore(long position, String whole) {
        store.jdbc
                .sql("update events set (event_id, aggregate_type, sequence, type, revision, time, metadata, payload) ="
                        + " (select event_id, aggregate_type, sequence, type, revision, time, metadata, payload"
                        + " from jsonb_populate_record(null::events, :whole::jsonb)) where position = " + position)
                .param("whole", whole)
                .update();
    }

    private long count(String sql) {
        return store.jdbc.sql(sql).query(Long.class).single();
    }

    private void sql(String sql) {
        if (sql.startsWith("select")) store.jdbc.sql(sql).query().listOfRows();
        else store.jdbc.sql(sql).update();
    }

    private List<SignedHead> heads() {
        return new StoredTree(JdbcClient.create(store.reader)).heads(1, Long.MAX_VALUE, true, 100);
    }

    private TreeCheck check(@Nullable Path heads, long fromHead) {
        return new TreeCheck(store.reader, store.master, heads, fromHead);
    }

    /** Of the tree and of the sequences, without a file. */
    private List<String> differences() {
        List<String> differences = new ArrayList<>(Found.by(check(null, 0)).differences());
        differences.addAll(Found.by(new SequencesCheck(store.reader)).differences());
        return differences;
    }
}
