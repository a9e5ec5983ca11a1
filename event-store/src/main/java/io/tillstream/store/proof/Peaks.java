package io.tillstream.store.proof;

import io.tillstream.store.proof.Subtree.Range;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A growing tree's complete subtrees, the greatest ones only: all that it takes to add leaves and to know the root. Not
 * thread-safe.
 */
final class Peaks {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Peak(int level, byte[] hash) {}

    private final List<Peak> peaks = new ArrayList<>();
    private final MessageDigest digest = MerkleTree.sha256();
    private long size;

    /** A tree without leaves. */
    Peaks() {}

    /** A tree that has leaves already. */
    Peaks(long size, Function<Subtree, byte[]> hashes) {
        this.size = size;
        for (Subtree subtree : new Range(0, size).subtrees())
            peaks.add(new Peak(subtree.level(), hashes.apply(subtree)));
    }

    long size() {
        return size;
    }

    /** Adds a leaf by its hash; told are the hashes of the subtrees that are complete with it, of levels 1, 2, … */
    void add(byte[] leaf, Consumer<byte[]> completed) {
        byte[] hash = leaf;
        int level = 0;
        while (!peaks.isEmpty() && peaks.getLast().level() == level) {
            hash = MerkleTree.node(digest, peaks.removeLast().hash(), hash);
            level++;
            completed.accept(hash);
        }
        peaks.add(new Peak(level, hash));
        size++;
    }

    byte[] root() {
        if (peaks.isEmpty()) return MerkleTree.empty();
        byte[] root = peaks.getLast().hash();
        for (int i = peaks.size() - 2; i >= 0; i--)
            root = MerkleTree.node(digest, peaks.get(i).hash(), root);
        return root;
    }
}
