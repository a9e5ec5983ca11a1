package io.tillstream.store.proof;

/**
 * A signed tree head: so many events there were, and this is their tree's root. Stored, answered and written to the heads
 * file as it is here. Bytes are in hex.
 *
 * @param size how many leaves
 * @param lastPosition of the last leaf
 * @param time when it was signed: RFC 3339 with milliseconds
 * @param keyId SHA-256 of the public key
 * @param publicKey Ed25519, 32 bytes
 * @param signature of {@link #text}
 */
public record SignedHead(
        long size, long lastPosition, String root, String time, String keyId, String publicKey, String signature) {

    /** What is signed. */
    public String text() {
        return text(size, lastPosition, root, time, keyId);
    }

    /** Whether what was read as one has all that it takes. */
    @SuppressWarnings("ConstantValue") // JSON knows no null marks
    boolean complete() {
        return size > 0 && root != null && time != null && keyId != null && publicKey != null && signature != null;
    }

    static String text(long size, long lastPosition, String root, String time, String keyId) {
        return "tillstream tree head v1\n" + size + "\n" + lastPosition + "\n" + root + "\n" + time + "\n" + keyId
                + "\n";
    }
}
