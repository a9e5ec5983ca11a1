package io.tillstream.store.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.embedded.Servers;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.Tail;
import io.tillstream.store.TestStore;
import io.tillstream.store.proof.StoredTree.Step;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stored tree: heads, paths and proofs of a history that grew in runs of all sizes, with a new writer again and again. */
class GrowingTreeTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOON, ZoneOffset.UTC);

    private TestStore store;
    private StoredTree tree;

    @BeforeEach
    void open() {
        store = new TestStore(Servers.temporary().postgres());
        tree = new StoredTree(JdbcClient.create(store.reader));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void everyEventLeadsToEveryLaterHeadAndEveryHeadToTheLaterOnes() throws SQLException {
        Random random = new Random(7);
        while (events() < 1_100) grow(List.of(1, 2, 63, 64, 256, 257, 300).get(random.nextInt(7)));
        List<StoredEvent> events = settled(0, events());
        List<byte[]> leaves = events.stream().map(GrowingTreeTest::leaf).toList();
        List<SignedHead> heads = tree.heads(1, Long.MAX_VALUE, true, 1_000);
        assertThat(heads.getLast().size()).isEqualTo(leaves.size());
        for (SignedHead head : heads) {
            assertThat(head.root()).isEqualTo(StoredTree.hex(Rfc9162.root(leaves.subList(0, (int) head.size()))));
            assertThat(head.lastPosition())
                    .isEqualTo(events.get((int) head.size() - 1).position());
            assertThat(head.time()).isEqualTo("2026-03-01T12:00:00.000Z");
            assertThat(SigningKeys.signed(head)).isTrue();
            for (int i = 0; i < head.size(); i += 1 + random.nextInt(60))
                assertThat(Rfc9162.included(leaves.get(i), i, head.size(), tree.inclusion(i, head.size()), head.root()))
                        .isTrue();
            for (SignedHead older : heads)
                if (older.size() <= head.size())
                    assertThat(Rfc9162.consistent(
                                    older.size(),
                                    older.root(),
                                    head.size(),
                                    head.root(),
                                    tree.consistency(List.of(new Step(older.size(), head.size())))
                                            .getFirst()))
                            .isTrue();
        }
        for (int i = 0; i < events.size(); i += 17)
            assertThat(tree.indexOf(events.get(i).position())).hasValue(i);
        assertThat(tree.indexOf(events.getLast().position() + 1)).isEmpty();
    }

    @Test
    void aSignatureIsOfEveryFieldOfTheHead() throws SQLException {
        SignedHead head = grow(3);
        List<SignedHead> forged = List.of(
                new SignedHead(
                        2,
                        head.lastPosition(),
                        head.root(),
                        head.time(),
                        head.keyId(),
                        head.publicKey(),
                        head.signature()),
                new SignedHead(3, 2, head.root(), head.time(), head.keyId(), head.publicKey(), head.signature()),
                new SignedHead(
                        3,
                        3,
                        "00" + head.root().substring(2),
                        head.time(),
                        head.keyId(),
                        head.publicKey(),
                        head.signature()),
                new SignedHead(
                        3,
                        3,
                        head.root(),
                        "2026-03-01T12:00:00.001Z",
                        head.keyId(),
                        head.publicKey(),
                        head.signature()),
                new SignedHead(
                        3,
                        3,
                        head.root(),
                        head.time(),
                        "00" + head.keyId().substring(2),
                        head.publicKey(),
                        head.signature()),
                new SignedHead(
                        3,
                        3,
                        head.root(),
                        head.time(),
                        head.keyId(),
                        "00" + head.publicKey().substring(2),
                        head.signature()),
                new SignedHead(3, 3, head.root(), head.time(), head.keyId(), head.publicKey(), "00"));
        assertThat(SigningKeys.signed(head)).isTrue();
        assertThat(forged).noneMatch(SigningKeys::signed);
    }

    @Test
    void aNewerKeySignsFromThenOn() throws SQLException {
        SignedHead first = grow(1);
        assertThat(grow(1).keyId()).isEqualTo(first.keyId());
        store.jdbc
                .sql("update signing_keys set created_at = created_at - interval '1 day'")
                .update();
        store.transaction.executeWithoutResult(status -> SigningKeys.make(store.jdbc, store.master, NOON));
        SignedHead next = grow(1);
        assertThat(next.keyId()).isNotEqualTo(first.keyId());
        assertThat(tree.heads(1, 3, true, 10)).allMatch(SigningKeys::signed).contains(first, next);
    }

    @Test
    void doesNotSignOnTopOfARecordThatIsNotTheSignedOne() throws SQLException {
        grow(300);
        store.jdbc
                .sql("update tree_blocks set leaves = overlay(leaves placing '\\x00'::bytea from 5) where number = 1")
                .update();
        assertThatThrownBy(() -> grow(1)).hasMessageContaining("not the one that the head at 300 was signed for");
    }

    /** Appends so many events, every third beside a dead position, and has a fresh writer sign them. */
    private SignedHead grow(int events) throws SQLException {
        store.transaction.executeWithoutResult(status -> {
            for (int i = 0; i < events; i++) {
                if (i % 3 == 0)
                    store.jdbc
                            .sql("select nextval(pg_get_serial_sequence('events', 'position'))")
                            .query(Long.class)
                            .single();
                store.append(UUID.randomUUID(), 0, NOON);
            }
        });
        try (Connection session = store.owner.getConnection()) {
            GrowingTree growing = GrowingTree.open(session, store.master, CLOCK);
            SignedHead newest = growing.newest();
            growing.add(settled(newest == null ? 0 : newest.lastPosition(), events));
            return growing.sign();
        }
    }

    private List<StoredEvent> settled(long after, long events) {
        Tail tail = store.log.tailFrom(after);
        List<StoredEvent> settled = new ArrayList<>();
        while (settled.size() < events) settled.addAll(tail.nextStored(100));
        return settled;
    }

    private long events() {
        return store.jdbc.sql("select count(*) from events").query(Long.class).single();
    }

    private static byte[] leaf(StoredEvent event) {
        return Rfc9162.leaf(
                event.position(),
                event.eventId(),
                event.aggregateType(),
                event.aggregateId(),
                event.sequence(),
                event.type(),
                event.revision(),
                event.time(),
                event.metadata(),
                event.payload());
    }
}
