package io.tillstream.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that everything secret in the store hangs on: it wraps the persons' keys, seals secrets and stored answers, and
 * keys the hashes that stand for personal names in claims. Each use has a subkey of its own (HMAC-SHA-256 of its purpose).
 */
public final class MasterKey {
    private static final int IV = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] key;

    private MasterKey(byte[] key) {
        this.key = key;
    }

    /**
     * Reads a key from configuration.
     *
     * @param base64 32 bytes in base64
     */
    public static MasterKey of(String base64) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            // without it as the cause: it quotes the key, and an operator sees the innermost
            throw new IllegalArgumentException("TILLSTREAM_MASTER_KEY is not base64");
        }
        if (key.length != 32) throw new IllegalArgumentException("TILLSTREAM_MASTER_KEY must be 32 bytes, in base64");
        return new MasterKey(key);
    }

    byte[] seal(String purpose, byte[] plain) {
        return encrypt(subkey(purpose), purpose, plain);
    }

    byte[] open(String purpose, byte[] sealed) {
        return decrypt(subkey(purpose), purpose, sealed);
    }

    /** A keyed hash: equal names give equal hashes, and only the holder of the key can tell which name it was. */
    public String hash(String purpose, String name) {
        return HexFormat.of().formatHex(hmac(subkey(purpose), name.getBytes(StandardCharsets.UTF_8)));
    }

    /** Tells this key from another one, and says nothing of it. */
    String fingerprint() {
        return hash("fingerprint", "tillstream");
    }

    static byte[] freshKey() {
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        return key;
    }

    /** AES-256-GCM: a fresh 96-bit IV, then ciphertext and tag. */
    static byte[] encrypt(byte[] key, String context, byte[] plain) {
        byte[] iv = new byte[IV];
        RANDOM.nextBytes(iv);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, iv, context).doFinal(plain);
            return ByteBuffer.allocate(IV + sealed.length).put(iv).put(sealed).array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Sealing failed", e);
        }
    }

    static byte[] decrypt(byte[] key, String context, byte[] sealed) {
        byte[] iv = java.util.Arrays.copyOf(sealed, IV);
        try {
            return cipher(Cipher.DECRYPT_MODE, key, iv, context).doFinal(sealed, IV, sealed.length - IV);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A sealed value does not open: is this the master key of this store?", e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] iv, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private byte[] subkey(String purpose) {
        return hmac(key, purpose.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HMAC-SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "MasterKey";
    }
}
