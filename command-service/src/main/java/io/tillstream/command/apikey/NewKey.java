package io.tillstream.command.apikey;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tillstream.events.Mode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** An API key in full, as only its owner gets it, once. */
final class NewKey {
    private static final Pattern FORM = Pattern.compile("sf_(live|test)_[A-Za-z0-9]{64}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String key;

    private NewKey(String key) {
        this.key = key;
    }

    /** A fresh one: 256 random bits behind the environment's prefix. */
    static NewKey random(Mode environment) {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        return new NewKey("sf_" + environment.wire() + "_" + HexFormat.of().formatHex(secret));
    }

    /** One that the operator chose. */
    static NewKey given(String key) {
        if (!FORM.matcher(key).matches())
            throw new IllegalArgumentException("An API key is sf_live_ or sf_test_ and 64 letters or digits");
        return new NewKey(key);
    }

    Mode environment() {
        return key.startsWith("sf_test_") ? Mode.TEST : Mode.LIVE;
    }

    KeyMark mark() {
        return new KeyMark(key.substring(0, 12), HexFormat.of().formatHex(sha256(key)));
    }

    /** The key itself: for its owner's eyes. */
    String inFull() {
        return key;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return key.substring(0, 12) + "…";
    }
}
