package io.tillstream.store.proof;

import io.tillstream.store.MasterKey;
import io.tillstream.store.proof.HeadsFile.Lines;
import io.tillstream.store.proof.StoredRows.Row;
import io.tillstream.store.verify.Check;
import io.tillstream.store.verify.Findings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Computes the tree anew and holds it against what is stored. Each event against its recorded leaf, which names the ones that
 * were changed, removed or slipped in; the recorded leaves against every signed head, which shows a leaf that was changed with
 * its event; the heads against their keys, the keys against the master key, and all of it against the heads in a file.
 */
public final class TreeCheck implements Check {
    private static final int BLOCKS = 32;
    private static final int HEADS = 500;
    private static final Duration FIRST_HEAD = Duration.ofSeconds(5);

    private final DataSource reader;
    private final JdbcClient jdbc;
    private final StoredTree tree;
    private final MasterKey master;
    private final @Nullable Path headsFile;
    private final long fromHead;

    /**
     * Checks all of history, or what came after a head.
     *
     * @param headsFile heads that were kept elsewhere, null for none
     * @param fromHead the size of a signed head; what it is about is taken as checked. 0 for all
     */
    public TreeCheck(DataSource reader, MasterKey master, @Nullable Path headsFile, long fromHead) {
        this.reader = reader;
        this.jdbc = JdbcClient.create(reader);
        this.tree = new StoredTree(jdbc);
        this.master = master;
        this.headsFile = headsFile;
        this.fromHead = fromHead;
    }

    @Override
    public String name() {
        return "proof";
    }

    @Override
    public void run(Findings findings) throws SQLException, IOException, InterruptedException {
        Optional<SignedHead> newest = firstHead();
        if (newest.isEmpty() && events(0) > 0) findings.difference("There is no signed head");
        SignedHead last = newest.orElse(new SignedHead(0, 0, "", "", "", "", ""));
        findings.expect(last.size() - Math.min(fromHead, last.size()), "events");
        try (Lines lines = headsFile == null ? null : new HeadsFile(headsFile).read();
                Signatures signatures = new Signatures(findings, keys(findings))) {
            Run run = new Run(findings, last, lines, signatures);
            try (StoredRows rows = new StoredRows(reader, run.after(), last.lastPosition())) {
                run.through(rows);
            }
            run.restOfFile();
            signatures.finish();
        }
        if (newest.isPresent()) {
            long newer = events(last.lastPosition());
            findings.note("The newest head is of " + last.time() + " and covers " + last.size()
                    + " events up to position " + last.lastPosition()
                    + (newer == 0 ? "" : "; " + newer + " newer ones are not signed yet"));
        }
    }

    /** The newest head. A shop that has just been started gets a moment to sign its first one. */
    private Optional<SignedHead> firstHead() throws InterruptedException {
        long end = System.nanoTime() + FIRST_HEAD.toNanos();
        while (true) {
            Optional<SignedHead> newest = tree.newest();
            if (newest.isPresent() || events(0) == 0 || System.nanoTime() > end) return newest;
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private long events(long after) {
        return jdbc.sql("select count(*) from events where position > :after")
                .param("after", after)
                .query(Long.class)
                .single();
    }

    /** The ids of the signing keys; those that no holder of the master key made are named. */
    private Set<String> keys(Findings findings) {
        Set<String> keys = new HashSet<>();
        jdbc.sql("select id, keyed_hash from signing_keys").query(rs -> {
            String id = rs.getString("id");
            if (!SigningKeys.genuine(master, id, rs.getString("keyed_hash")))
                findings.difference("Signing key " + id + " was not made by a holder of the master key");
            keys.add(id);
        });
        return keys;
    }

    /** Walks along rows, recorded leaves, heads and the file's lines at the same time, leaf by leaf. */
    private final class Run {
        private final Findings findings;
        private final SignedHead last;
        private final @Nullable Lines lines;
        private final Signatures signatures;
        private final SignedHead start;
        private final Recorded recorded;
        private final Peaks peaks;
        private final ByteArrayOutputStream subtrees = new ByteArrayOutputStream();
        private final Deque<SignedHead> heads = new ArrayDeque<>();
        private Lines.@Nullable Line line;
        private SignedHead held;
        private long disagreeing;
        private long unreadable;

        Run(Findings findings, SignedHead last, @Nullable Lines lines, Signatures signatures)
                throws IOException, InterruptedException {
            this.findings = findings;
            this.last = last;
            this.lines = lines;
            this.signatures = signatures;
            this.start = start();
            this.held = start;
            this.recorded = new Recorded(start.size());
            Map<Subtree, byte[]> hashes = Block.hashes(jdbc, Set.copyOf(new Subtree.Range(0, start.size()).subtrees()));
            this.peaks = new Peaks(start.size(), subtree -> StoredTree.required(hashes.get(subtree)));
            nextLine();
        }

        private SignedHead start() throws InterruptedException {
            SignedHead nothing = new SignedHead(0, 0, "", "", "", "", "");
            if (fromHead == 0) return nothing;
            SignedHead head = tree.heads(fromHead, fromHead, true, 1).stream()
                    .findFirst()
                    .orElseThrow(() -> new NoSuchHead(fromHead));
            signatures.check(head, "The head at " + fromHead);
            if (tree.holds(head)) return head;
            findings.difference("The recorded leaves up to the head at " + fromHead
                    + " are not those that it was signed for; all of history is checked instead");
            return nothing;
        }

        /** Where the events begin: positions are above 0 unless somebody made one up. */
        long after() {
            return start.size() == 0 ? Long.MIN_VALUE : start.lastPosition();
        }

        void through(StoredRows rows) throws SQLException, IOException, InterruptedException {
            Row row = next(rows);
            while (peaks.size() < last.size()) {
                byte[] leaf;
                long position;
                if (recorded.missing()) {
                    recorded.report(findings);
                    if (row == null) {
                        findings.difference("Leaf " + peaks.size() + " and later ones are neither recorded nor stored");
                        return;
                    }
                    position = row.position();
                    leaf = row.leaf();
                    row = next(rows);
                } else {
                    position = recorded.position();
                    leaf = recorded.leaf();
                    while (row != null && row.position() < position) row = slippedIn(row, rows);
                    if (row == null || row.position() != position) {
                        findings.difference("Event at position " + position + " was removed");
                    } else {
                        if (!Arrays.equals(row.leaf(), leaf))
                            findings.difference("Event at position " + position + " was changed");
                        row = next(rows);
                    }
                }
                add(position, leaf);
            }
            while (row != null) row = slippedIn(row, rows);
            if (disagreeing > 1) findings.note((disagreeing - 1) + " later heads disagree with it");
        }

        private @Nullable Row next(StoredRows rows) throws SQLException {
            Row row = rows.next();
            if (row != null && !row.modeHolds())
                findings.difference(
                        "Event at position " + row.position() + ": the column mode is not what its metadata say");
            return row;
        }

        private @Nullable Row slippedIn(Row row, StoredRows rows) throws SQLException {
            findings.difference("Event at position " + row.position() + " was slipped in");
            return next(rows);
        }

        private void add(long position, byte[] leaf) throws IOException, InterruptedException {
            if (peaks.size() % Block.SIZE == 0) subtrees.reset();
            int[] level = {0};
            peaks.add(leaf, completed -> {
                if (++level[0] >= Block.LEVEL) subtrees.writeBytes(completed);
            });
            recorded.advance();
            if (peaks.size() % Block.SIZE == 0) recorded.compare(subtrees.toByteArray(), findings);
            findings.done(1);
            SignedHead here = head();
            if (here != null && here.size() == peaks.size()) {
                heads.removeFirst();
                signatures.check(here, "The head at " + here.size());
                compare(here, position, "The head at " + here.size());
            } else {
                here = null;
            }
            while (line != null && line.head() != null && line.head().size() <= peaks.size()) {
                ofFile(line.number(), line.head(), here, position);
                nextLine();
            }
        }

        /** The next head in the table, null after the last. */
        private @Nullable SignedHead head() {
            if (heads.isEmpty() && peaks.size() <= last.size())
                heads.addAll(tree.heads(peaks.size(), last.size(), true, HEADS));
            return heads.peekFirst();
        }

        private void compare(SignedHead head, long position, String what) {
            boolean agrees = head.root().equals(StoredTree.hex(peaks.root())) && head.lastPosition() == position;
            if (agrees) {
                if (disagreeing == 0) held = head;
            } else if (disagreeing++ == 0) {
                findings.difference(what + " was signed for other events: at a position above " + held.lastPosition()
                        + " and up to " + Math.max(position, head.lastPosition())
                        + " one was changed, removed or slipped in together with its record");
            }
        }

        private void ofFile(long number, SignedHead head, @Nullable SignedHead inTable, long position)
                throws InterruptedException {
            String what = "Line " + number + " of the heads file, the head at " + head.size() + ",";
            if (head.size() < peaks.size()) {
                findings.difference(what + " is out of order");
                return;
            }
            if (head.equals(inTable)) return;
            findings.difference(what + (inTable == null ? " is missing in the store" : " is not the one in the store"));
            signatures.check(head, what);
            compare(head, position, what);
        }

        private void nextLine() throws IOException {
            if (lines == null) return;
            line = lines.next();
            while (line != null && (line.head() == null || line.head().size() <= start.size())) {
                if (line.head() == null) unreadable++;
                line = lines.next();
            }
        }

        /** Heads of the file beyond the newest that this run has seen: signed since then, or of a history that is gone. */
        void restOfFile() throws IOException {
            for (; line != null && line.head() != null; nextLine()) {
                SignedHead head = line.head();
                List<SignedHead> stored = tree.heads(head.size(), head.size(), true, 1);
                if (head.size() > last.size() && stored.contains(head)) continue;
                findings.difference("Line " + line.number() + " of the heads file, the head at " + head.size()
                        + ", is not in the store, whose newest head covers " + last.size() + " events");
            }
            if (unreadable > 0)
                findings.note(unreadable + (unreadable == 1 ? " line" : " lines") + " of the heads file can't be read");
        }
    }

    /** The recorded leaves, one after the other. */
    private final class Recorded {
        private final Deque<Block> blocks = new ArrayDeque<>();
        private long index;
        private long reported = -1;
        private boolean noMore;

        Recorded(long start) {
            index = start;
        }

        private @Nullable Block block() {
            long number = index / Block.SIZE;
            while (!blocks.isEmpty() && blocks.getFirst().number() < number) blocks.removeFirst();
            if (blocks.isEmpty() && !noMore) {
                blocks.addAll(Block.from(jdbc, number, BLOCKS));
                noMore = blocks.isEmpty();
            }
            Block first = blocks.peekFirst();
            return first != null
                            && first.number() == number
                            && first.positions().length * MerkleTree.HASH == first.leaves().length
                    ? first
                    : null;
        }

        private int offset() {
            return (int) (index % Block.SIZE);
        }

        boolean missing() {
            Block block = block();
            return block == null || offset() >= block.positions().length;
        }

        void report(Findings findings) {
            if (reported == index / Block.SIZE) return;
            reported = index / Block.SIZE;
            findings.difference("Block " + reported
                    + " of the recorded leaves is missing or damaged; the stored events stand in for it");
        }

        private Block required() {
            Block block = block();
            if (block == null) throw new IllegalStateException("No leaf is recorded here");
            return block;
        }

        long position() {
            return required().positions()[offset()];
        }

        byte[] leaf() {
            return required().leaf(offset());
        }

        void advance() {
            index++;
        }

        /** The block that has just ended has to have recorded these subtrees. */
        void compare(byte[] subtrees, Findings findings) {
            Block block = blocks.peekFirst();
            if (block == null || block.number() != index / Block.SIZE - 1) return;
            if (!Arrays.equals(subtrees, block.subtrees()))
                findings.difference(
                        "Block " + block.number() + " of the recorded leaves has other subtrees than its leaves make");
        }
    }

    /** There is no head of the size that was asked for. */
    public static final class NoSuchHead extends RuntimeException {
        NoSuchHead(long size) {
            super("There is no head of " + size + " events");
        }
    }
}
