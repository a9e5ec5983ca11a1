package io.tillstream.store.proof;

import io.tillstream.events.Mode;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.proof.Subtree.Range;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stored tree for who reads it: heads, and proofs that lead to them. Each costs a few blocks and O(log n) hashes. */
public final class StoredTree {
    private static final String HEADS =
            "select size, last_position, root, time, key_id, public_key, signature from tree_heads"
                    + " join signing_keys on id = key_id";

    /** From a size to a greater one, of the same history. */
    public record Step(long older, long newer) {}

    private final JdbcClient jdbc;

    public StoredTree(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public Optional<SignedHead> newest() {
        return jdbc.sql(HEADS + " order by size desc limit 1")
                .query((rs, n) -> head(rs))
                .optional();
    }

    /** Heads of sizes from one to another, both included. */
    public List<SignedHead> heads(long from, long to, boolean ascending, int max) {
        return jdbc.sql(HEADS + " where size between :from and :to order by size " + (ascending ? "asc" : "desc")
                        + " limit :max")
                .param("from", from)
                .param("to", to)
                .param("max", max)
                .query((rs, n) -> head(rs))
                .list();
    }

    /** The size of the head before one of this size; 0 where that is the first. */
    public long sizeBefore(long size) {
        return jdbc.sql("select coalesce(max(size), 0) from tree_heads where size < :size")
                .param("size", size)
                .query(Long.class)
                .single();
    }

    /** Whether the tree that is stored, cut off at a head's size, has that head's root. */
    public boolean holds(SignedHead head) {
        Range whole = new Range(0, head.size());
        Set<Subtree> subtrees = Set.copyOf(whole.subtrees());
        Map<Subtree, byte[]> hashes = Block.hashes(jdbc, subtrees);
        return hashes.size() == subtrees.size()
                && hex(MerkleTree.hash(whole, subtree -> required(hashes.get(subtree))))
                        .equals(head.root());
    }

    /** An event as it is stored, if it is of one of these modes. */
    public Optional<StoredEvent> event(UUID id, Collection<Mode> modes) {
        return jdbc.sql("select " + Leaf.COLUMNS + " from events where event_id = :id and mode = any(:modes)")
                .param("id", id.toString())
                .param("modes", modes.stream().map(Mode::wire).toArray(String[]::new))
                .query((rs, n) -> new StoredEvent(
                        rs.getLong("position"),
                        rs.getString("event_id"),
                        rs.getString("aggregate_type"),
                        rs.getString("aggregate_id"),
                        rs.getLong("sequence"),
                        rs.getString("type"),
                        rs.getString("revision"),
                        rs.getString("time"),
                        rs.getString("metadata"),
                        rs.getString("payload")))
                .optional();
    }

    /** The recorded hash of a leaf, in hex. */
    public String leaf(long index) {
        Subtree leaf = new Subtree(0, index);
        return hex(required(Block.hashes(jdbc, Set.of(leaf)).get(leaf)));
    }

    /** Which leaf the event at a position is; empty when it is none. */
    public OptionalLong indexOf(long position) {
        return jdbc.sql("select number * " + Block.SIZE + " + array_position(positions, :position) - 1 as index"
                        + " from (select number, positions from tree_blocks where last_position >= :position"
                        + " order by last_position limit 1) block")
                .param("position", position)
                .query((rs, n) -> {
                    long index = rs.getLong("index");
                    return rs.wasNull() ? OptionalLong.empty() : OptionalLong.of(index);
                })
                .optional()
                .orElse(OptionalLong.empty());
    }

    /** The path from a leaf to the root of the tree of that size, in hex. */
    public List<String> inclusion(long index, long size) {
        return proofs(List.of(MerkleTree.inclusion(index, size))).getFirst();
    }

    /** For each step the proof that the newer tree begins with the older one, in hex. */
    public List<List<String>> consistency(List<Step> steps) {
        return proofs(steps.stream()
                .map(step -> MerkleTree.consistency(step.older(), step.newer()))
                .toList());
    }

    private List<List<String>> proofs(List<List<Range>> proofs) {
        Map<Subtree, byte[]> hashes = Block.hashes(
                jdbc,
                proofs.stream()
                        .flatMap(Collection::stream)
                        .flatMap(range -> range.subtrees().stream())
                        .collect(Collectors.toSet()));
        Function<Subtree, byte[]> stored = subtree -> required(hashes.get(subtree));
        return proofs.stream()
                .map(ranges -> ranges.stream()
                        .map(range -> hex(MerkleTree.hash(range, stored)))
                        .toList())
                .toList();
    }

    static byte[] required(byte @Nullable [] hash) {
        if (hash == null) throw new IllegalStateException("The stored tree has a hole; `tillstream verify` says more");
        return hash;
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static void insert(JdbcClient jdbc, SignedHead head) {
        jdbc.sql("insert into tree_heads (size, last_position, root, time, key_id, signature)"
                        + " values (:size, :last, :root, :time, :key, :signature)")
                .param("size", head.size())
                .param("last", head.lastPosition())
                .param("root", head.root())
                .param("time", head.time())
                .param("key", head.keyId())
                .param("signature", head.signature())
                .update();
    }

    private static SignedHead head(ResultSet rs) throws SQLException {
        return new SignedHead(
                rs.getLong("size"),
                rs.getLong("last_position"),
                rs.getString("root"),
                rs.getString("time"),
                rs.getString("key_id"),
                rs.getString("public_key"),
                rs.getString("signature"));
    }
}
