package io.tillstream.command.apikey;

import io.tillstream.events.Mode;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The random part of a key to be, which becomes a key once its environment is known. */
final class KeySecret {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String hex;

    private KeySecret(String hex) {
        this.hex = hex;
    }

    /** A fresh one of 256 bits. */
    static KeySecret random() {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        return new KeySecret(HexFormat.of().formatHex(secret));
    }

    NewKey in(Mode environment) {
        return NewKey.given("sf_" + environment.wire() + "_" + hex);
    }

    @Override
    public String toString() {
        return "KeySecret";
    }
}
