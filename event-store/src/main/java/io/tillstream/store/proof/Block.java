package io.tillstream.store.proof;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The stored leaves, in blocks of 2^8: each with its leaves' positions and hashes and, once it is full, the hashes of all
 * subtrees that end with it, from level 8 on. So any subtree's hash is in one row. Only the last block still grows.
 *
 * @param number block n begins with leaf n * 256
 * @param leaves the leaves' hashes, one after the other
 * @param subtrees null while it grows
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Block(long number, long[] positions, byte[] leaves, byte @Nullable [] subtrees) {
    static final int LEVEL = 8;
    static final int SIZE = 1 << LEVEL;

    /** Blocks in order, from a number on. */
    static List<Block> from(JdbcClient jdbc, long number, int max) {
        return jdbc.sql(
                        "select number, positions, leaves, subtrees from tree_blocks where number >= :number order by number limit :max")
                .param("number", number)
                .param("max", max)
                .query((rs, n) -> new Block(
                        rs.getLong("number"),
                        Arrays.stream((Long[]) rs.getArray("positions").getArray())
                                .mapToLong(Long::longValue)
                                .toArray(),
                        rs.getBytes("leaves"),
                        rs.getBytes("subtrees")))
                .list();
    }

    byte[] leaf(int offset) {
        return part(leaves, offset);
    }

    /** The hash of the only subtree of so many leaves' hashes, a power of two. */
    private static byte[] root(byte[] leaves, int from, int to) {
        if (to - from == 1) return part(leaves, from);
        int middle = (from + to) / 2;
        return MerkleTree.node(root(leaves, from, middle), root(leaves, middle, to));
    }

    static byte[] part(byte[] hashes, int index) {
        return Arrays.copyOfRange(hashes, index * MerkleTree.HASH, (index + 1) * MerkleTree.HASH);
    }

    /** The hashes of some subtrees, from two queries at most. One that isn't stored, or not whole, is missing. */
    static Map<Subtree, byte[]> hashes(JdbcClient jdbc, Set<Subtree> wanted) {
        Map<Long, byte[]> leaves = read(
                jdbc, "leaves", wanted.stream().filter(of -> of.level() < LEVEL).toList());
        Map<Long, byte[]> ends = read(
                jdbc,
                "subtrees",
                wanted.stream().filter(of -> of.level() >= LEVEL).toList());
        Map<Subtree, byte[]> hashes = new HashMap<>();
        for (Subtree subtree : wanted) {
            byte[] hash = subtree.level() < LEVEL
                    ? inside(subtree, leaves.get(number(subtree)))
                    : ending(subtree, ends.get(number(subtree)));
            if (hash != null) hashes.put(subtree, hash);
        }
        return hashes;
    }

    private static byte @Nullable [] inside(Subtree subtree, byte @Nullable [] leaves) {
        int from = Math.toIntExact((subtree.index() << subtree.level()) % SIZE);
        int to = from + (1 << subtree.level());
        return leaves == null || leaves.length < to * MerkleTree.HASH ? null : root(leaves, from, to);
    }

    private static byte @Nullable [] ending(Subtree subtree, byte @Nullable [] subtrees) {
        int at = subtree.level() - LEVEL;
        return subtrees == null || subtrees.length < (at + 1) * MerkleTree.HASH ? null : part(subtrees, at);
    }

    /** The block in which a subtree ends. */
    private static long number(Subtree subtree) {
        return (((subtree.index() + 1) << subtree.level()) - 1) >> LEVEL;
    }

    private static Map<Long, byte[]> read(JdbcClient jdbc, String column, List<Subtree> subtrees) {
        if (subtrees.isEmpty()) return Map.of();
        Set<Long> numbers = subtrees.stream().map(Block::number).collect(Collectors.toSet());
        Map<Long, byte[]> rows = new HashMap<>();
        jdbc.sql("select number, " + column + " as hashes from tree_blocks where number = any(:numbers) and " + column
                        + " is not null")
                .param("numbers", numbers.toArray(Long[]::new))
                .query(rs -> {
                    rows.put(rs.getLong("number"), rs.getBytes("hashes"));
                });
        return rows;
    }
}
