package io.tillstream.store.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.store.StoredEvent;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A stored event as a leaf: its ten columns in order, each as {@code <number of bytes>:<bytes>,}, numbers in decimal, text in
 * UTF-8. Not thread-safe.
 */
final class Leaf {
    /** In the order of the encoding. */
    static final String COLUMNS =
            "position, event_id, aggregate_type, aggregate_id, sequence, type, revision, time, metadata, payload";

    private final MessageDigest digest = MerkleTree.sha256();
    private byte[] encoded = new byte[4_096];
    private int length;

    byte[] hash(StoredEvent event) {
        return hash(
                digits(event.position()),
                event.eventId().getBytes(UTF_8),
                event.aggregateType().getBytes(UTF_8),
                event.aggregateId().getBytes(UTF_8),
                digits(event.sequence()),
                event.type().getBytes(UTF_8),
                event.revision().getBytes(UTF_8),
                event.time().getBytes(UTF_8),
                event.metadata().getBytes(UTF_8),
                event.payload().getBytes(UTF_8));
    }

    byte[] hash(byte[]... columns) {
        length = 0;
        append((byte) 0); // RFC 6962: a leaf, not a node
        for (byte[] column : columns) {
            append(digits(column.length));
            append((byte) ':');
            append(column);
            append((byte) ',');
        }
        digest.update(encoded, 0, length);
        return digest.digest();
    }

    private void append(byte... bytes) {
        if (length + bytes.length > encoded.length)
            encoded = Arrays.copyOf(encoded, Math.max(2 * encoded.length, length + bytes.length));
        System.arraycopy(bytes, 0, encoded, length, bytes.length);
        length += bytes.length;
    }

    static byte[] digits(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }
}
