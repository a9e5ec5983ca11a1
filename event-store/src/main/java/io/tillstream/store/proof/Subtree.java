package io.tillstream.store.proof;

import java.util.ArrayList;
import java.util.List;

/**
 * A complete subtree: the 2^level leaves from {@code index * 2^level} on. Its hash never changes once they are there.
 *
 * @param index counts the subtrees of its level
 */
record Subtree(int level, long index) {
    /** Leaves {@code from} up to, not including, {@code to}. */
    record Range(long from, long to) {
        /** The complete subtrees that make up a range of a proof, from left to right. */
        List<Subtree> subtrees() {
            List<Subtree> subtrees = new ArrayList<>();
            for (long at = from; at < to; ) {
                int level = 63 - Long.numberOfLeadingZeros(to - at);
                if (at != 0) level = Math.min(level, Long.numberOfTrailingZeros(at));
                subtrees.add(new Subtree(level, at >> level));
                at += 1L << level;
            }
            return subtrees;
        }
    }
}
