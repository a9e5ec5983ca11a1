package io.tillstream.store.proof;

import io.tillstream.store.proof.Subtree.Range;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** RFC 6962, section 2.1: how leaves and nodes are hashed, and which ranges of leaves the hashes of a proof stand for. */
final class MerkleTree {
    static final int HASH = 32;
    private static final byte NODE = 1;

    private MerkleTree() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    static byte[] node(byte[] left, byte[] right) {
        return node(sha256(), left, right);
    }

    /** With a digest that is used again and again. */
    static byte[] node(MessageDigest digest, byte[] left, byte[] right) {
        digest.update(NODE);
        digest.update(left);
        digest.update(right);
        return digest.digest();
    }

    /** The root of no leaves. */
    static byte[] empty() {
        return sha256().digest();
    }

    /** PATH(index, D[size]): the siblings from the leaf up to the root. */
    static List<Range> inclusion(long index, long size) {
        List<Range> path = new ArrayList<>();
        long from = 0;
        long to = size;
        while (to - from > 1) {
            long middle = from + split(to - from);
            if (index < middle) {
                path.addFirst(new Range(middle, to));
                to = middle;
            } else {
                path.addFirst(new Range(from, middle));
                from = middle;
            }
        }
        return path;
    }

    /** PROOF(older, D[newer]); nothing where one of the two is empty or both are the same. */
    static List<Range> consistency(long older, long newer) {
        List<Range> proof = new ArrayList<>();
        if (older == 0 || older == newer) return proof;
        long from = 0;
        long to = newer;
        while (to != older) {
            long middle = from + split(to - from);
            if (older <= middle) {
                proof.addFirst(new Range(middle, to));
                to = middle;
            } else {
                proof.addFirst(new Range(from, middle));
                from = middle;
            }
        }
        // the older tree's own root is known to whoever asks
        if (from != 0) proof.addFirst(new Range(from, to));
        return proof;
    }

    /** MTH of a range of a proof, from the hashes of its complete subtrees. */
    static byte[] hash(Range range, Function<Subtree, byte[]> hashes) {
        List<Subtree> subtrees = range.subtrees();
        if (subtrees.isEmpty()) return empty();
        byte[] hash = hashes.apply(subtrees.getLast());
        for (int i = subtrees.size() - 2; i >= 0; i--) hash = node(hashes.apply(subtrees.get(i)), hash);
        return hash;
    }

    /** The greatest power of two below a number of leaves. */
    private static long split(long leaves) {
        return Long.highestOneBit(leaves - 1);
    }
}
