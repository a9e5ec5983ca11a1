package io.tillstream.store.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** How a client checks: the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2, which share nothing with the tree itself. */
final class Rfc9162 {
    private Rfc9162() {}

    /** The root of some leaves' hashes, by the definition. */
    static byte[] root(List<byte[]> leaves) {
        if (leaves.isEmpty()) return sha256();
        if (leaves.size() == 1) return leaves.getFirst();
        int split = 1;
        while (split * 2 < leaves.size()) split *= 2;
        return node(root(leaves.subList(0, split)), root(leaves.subList(split, leaves.size())));
    }

    static boolean included(byte[] leaf, long index, long size, List<String> path, String root) {
        if (index >= size) return false;
        long fn = index;
        long sn = size - 1;
        byte[] r = leaf;
        for (String hash : path) {
            byte[] p = HexFormat.of().parseHex(hash);
            if (sn == 0) return false;
            if ((fn & 1) == 1 || fn == sn) {
                r = node(p, r);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                r = node(r, p);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && HexFormat.of().formatHex(r).equals(root);
    }

    static boolean consistent(long older, String olderRoot, long newer, String newerRoot, List<String> proof) {
        if (older == newer) return proof.isEmpty() && olderRoot.equals(newerRoot);
        if (proof.isEmpty()) return false;
        List<byte[]> path = new java.util.ArrayList<>(
                proof.stream().map(HexFormat.of()::parseHex).toList());
        if (Long.bitCount(older) == 1) path.addFirst(HexFormat.of().parseHex(olderRoot));
        long fn = older - 1;
        long sn = newer - 1;
        while ((fn & 1) == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        byte[] fr = path.getFirst();
        byte[] sr = path.getFirst();
        for (byte[] c : path.subList(1, path.size())) {
            if (sn == 0) return false;
            if ((fn & 1) == 1 || fn == sn) {
                fr = node(c, fr);
                sr = node(c, sr);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = node(sr, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0
                && HexFormat.of().formatHex(fr).equals(olderRoot)
                && HexFormat.of().formatHex(sr).equals(newerRoot);
    }

    /** A leaf as {@code docs/proofs.md} has it. */
    static byte[] leaf(Object... columns) {
        StringBuilder text = new StringBuilder();
        for (Object column : columns)
            text.append(column.toString().getBytes(UTF_8).length)
                    .append(':')
                    .append(column)
                    .append(',');
        return sha256(new byte[] {0}, text.toString().getBytes(UTF_8));
    }

    private static byte[] node(byte[] left, byte[] right) {
        return sha256(new byte[] {1}, left, right);
    }

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) digest.update(part);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
