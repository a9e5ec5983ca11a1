package io.tillstream.store.proof;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.store.MasterKey;
import io.tillstream.store.StoredEvent;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The stored tree as its one writer has it: events are added in memory; signing stores their blocks and the head in one
 * transaction. It begins with the newest head, and what it costs doesn't depend on the length of history. Not thread-safe;
 * after a failure a new one is to be opened.
 */
public final class GrowingTree {
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final MasterKey master;
    private final Clock clock;
    private final Leaf leaf = new Leaf();
    private final Peaks peaks;
    private final List<Growing> changed = new ArrayList<>();
    private Growing last;
    private @Nullable SignedHead newest;

    /** A block that gets leaves. */
    private static final class Growing {
        private final long number;
        private final List<Long> positions = new ArrayList<>();
        private final ByteArrayOutputStream leaves = new ByteArrayOutputStream(Block.SIZE * MerkleTree.HASH);
        private final ByteArrayOutputStream subtrees = new ByteArrayOutputStream();

        Growing(long number) {
            this.number = number;
        }

        void add(long position, byte[] hash) {
            positions.add(position);
            leaves.writeBytes(hash);
        }

        boolean full() {
            return positions.size() == Block.SIZE;
        }
    }

    private GrowingTree(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            MasterKey master,
            Clock clock,
            @Nullable SignedHead newest,
            Peaks peaks,
            Growing last) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.master = master;
        this.clock = clock;
        this.newest = newest;
        this.peaks = peaks;
        this.last = last;
    }

    /**
     * Opens the tree where its newest head is. Fails where the stored tree isn't the one that was signed.
     *
     * @param session the writer's own: whoever has lost it can't store any more
     */
    public static GrowingTree open(Connection session, MasterKey master, Clock clock) {
        SingleConnectionDataSource source = new SingleConnectionDataSource(session, true);
        JdbcClient jdbc = JdbcClient.create(source);
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(source));
        Optional<SignedHead> head = new StoredTree(jdbc).newest();
        if (head.isEmpty()) return new GrowingTree(jdbc, transaction, master, clock, null, new Peaks(), new Growing(0));
        SignedHead newest = head.get();
        if (!new StoredTree(jdbc).holds(newest))
            throw new IllegalStateException("The stored tree is not the one that the head at " + newest.size()
                    + " was signed for; `tillstream verify` says more");
        Peaks peaks = peaks(jdbc, newest.size());
        return new GrowingTree(jdbc, transaction, master, clock, newest, peaks, last(jdbc, newest.size()));
    }

    private static Peaks peaks(JdbcClient jdbc, long size) {
        Map<Subtree, byte[]> hashes = Block.hashes(jdbc, Set.copyOf(new Subtree.Range(0, size).subtrees()));
        return new Peaks(size, subtree -> StoredTree.required(hashes.get(subtree)));
    }

    private static Growing last(JdbcClient jdbc, long size) {
        Growing last = new Growing(size / Block.SIZE);
        int kept = (int) (size % Block.SIZE);
        if (kept == 0) return last;
        Block stored = Block.from(jdbc, last.number, 1).getFirst();
        for (int i = 0; i < kept; i++) last.add(stored.positions()[i], stored.leaf(i));
        return last;
    }

    /** The newest head, null when there is none yet. */
    public @Nullable SignedHead newest() {
        return newest;
    }

    /** Adds the events that follow the last one, as stored. */
    public void add(List<StoredEvent> events) {
        for (StoredEvent event : events) {
            byte[] hash = leaf.hash(event);
            if (last.full()) last = new Growing(last.number + 1);
            if (changed.isEmpty() || changed.getLast() != last) changed.add(last);
            last.add(event.position(), hash);
            int[] level = {0};
            peaks.add(hash, completed -> {
                if (++level[0] >= Block.LEVEL) last.subtrees.writeBytes(completed);
            });
        }
    }

    /** Signs the tree with all that was added, and stores it. */
    public SignedHead sign() {
        Instant now = clock.instant();
        SignedHead signed = transaction.execute(status -> {
            SignedHead head = SigningKeys.current(jdbc, master, now)
                    .sign(peaks.size(), last.positions.getLast(), peaks.root(), EventJson.TIMESTAMP.format(now));
            for (Growing block : changed) store(block);
            StoredTree.insert(jdbc, head);
            return head;
        });
        changed.clear();
        newest = signed;
        return signed;
    }

    private void store(Growing block) {
        jdbc.sql("insert into tree_blocks (number, last_position, positions, leaves, subtrees)"
                        + " values (:number, :last, :positions, :leaves, :subtrees)"
                        + " on conflict (number) do update set last_position = excluded.last_position,"
                        + " positions = excluded.positions, leaves = excluded.leaves, subtrees = excluded.subtrees")
                .param("number", block.number)
                .param("last", block.positions.getLast())
                .param("positions", block.positions.toArray(Long[]::new))
                .param("leaves", block.leaves.toByteArray())
                .param("subtrees", block.full() ? block.subtrees.toByteArray() : null)
                .update();
    }
}
