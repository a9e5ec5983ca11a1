package io.tillstream.store.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.store.proof.Subtree.Range;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Roots, paths and proofs of RFC 6962: known vectors, then every size up to some hundred against a checker of its own. */
class MerkleTreeTest {
    private static final HexFormat HEX = HexFormat.of();

    /** The leaves of the vectors that the implementations of Certificate Transparency are tested with. */
    private static final List<String> LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS = List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    private static final String NODE_10_11 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    private static final String NODE_4_TO_8 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

    @Test
    void hasTheRootsOfTheVectors() {
        Peaks peaks = new Peaks();
        assertThat(HEX.formatHex(peaks.root())).isEqualTo(ROOTS.getFirst());
        List<byte[]> hashes = vectors();
        for (int size = 1; size <= hashes.size(); size++) {
            peaks.add(hashes.get(size - 1), completed -> {});
            assertThat(HEX.formatHex(peaks.root())).isEqualTo(ROOTS.get(size));
        }
    }

    @Test
    void hasThePathsAndProofsOfTheVectors() {
        List<byte[]> hashes = vectors();
        assertThat(hex(MerkleTree.inclusion(0, 8), hashes))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", NODE_10_11, NODE_4_TO_8);
        assertThat(hex(MerkleTree.inclusion(5, 8), hashes))
                .containsExactly(
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        ROOTS.get(4));
        assertThat(hex(MerkleTree.inclusion(2, 3), hashes)).containsExactly(ROOTS.get(2));
        assertThat(hex(MerkleTree.inclusion(0, 1), hashes)).isEmpty();
        assertThat(hex(MerkleTree.consistency(1, 8), hashes))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", NODE_10_11, NODE_4_TO_8);
        assertThat(hex(MerkleTree.consistency(6, 8), hashes))
                .containsExactly(
                        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        ROOTS.get(4));
        assertThat(hex(MerkleTree.consistency(2, 5), hashes))
                .containsExactly(NODE_10_11, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
        assertThat(MerkleTree.consistency(5, 5)).isEmpty();
        assertThat(MerkleTree.consistency(0, 5)).isEmpty();
    }

    @Test
    void everyLeafIsIncludedInEveryTreeAndEveryTreeIsAPrefixOfTheGreaterOnes() {
        List<byte[]> hashes = new ArrayList<>();
        for (int i = 0; i < 300; i++) hashes.add(Rfc9162.sha256(new byte[] {(byte) i, (byte) (i >> 8)}));
        List<String> roots = new ArrayList<>();
        for (int size = 0; size <= hashes.size(); size++)
            roots.add(HEX.formatHex(Rfc9162.root(hashes.subList(0, size))));
        for (int size = 1; size <= hashes.size(); size++) {
            for (int i = 0; i < size; i++) {
                List<String> path = hex(MerkleTree.inclusion(i, size), hashes);
                assertThat(Rfc9162.included(hashes.get(i), i, size, path, roots.get(size)))
                        .isTrue();
                assertThat(Rfc9162.included(hashes.get((i + 1) % 300), i, size, path, roots.get(size)))
                        .isFalse();
            }
            for (int older = 1; older <= size; older++) {
                List<String> proof = hex(MerkleTree.consistency(older, size), hashes);
                assertThat(Rfc9162.consistent(older, roots.get(older), size, roots.get(size), proof))
                        .isTrue();
                assertThat(Rfc9162.consistent(older, roots.get(older - 1), size, roots.get(size), proof))
                        .isFalse();
            }
        }
    }

    private static List<byte[]> vectors() {
        return LEAVES.stream()
                .map(HEX::parseHex)
                .map(leaf -> Rfc9162.sha256(new byte[] {0}, leaf))
                .toList();
    }

    private static List<String> hex(List<Range> ranges, List<byte[]> leaves) {
        return ranges.stream()
                .map(range -> HEX.formatHex(MerkleTree.hash(range, subtree -> subtree(subtree, leaves))))
                .toList();
    }

    private static byte[] subtree(Subtree subtree, List<byte[]> leaves) {
        if (subtree.level() == 0) return leaves.get((int) subtree.index());
        return MerkleTree.node(
                subtree(new Subtree(subtree.level() - 1, subtree.index() * 2), leaves),
                subtree(new Subtree(subtree.level() - 1, subtree.index() * 2 + 1), leaves));
    }
}
