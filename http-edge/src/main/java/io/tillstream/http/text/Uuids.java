package io.tillstream.http.text;

import java.util.Optional;
import java.util.UUID;

/** UUIDs as clients write them: hex 8-4-4-4-12 of any version and case; {@link UUID#fromString} takes much more. */
public final class Uuids {
    private Uuids() {}

    public static Optional<UUID> parse(String text) {
        return wellFormed(text) ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }

    public static boolean wellFormed(String text) {
        if (text.length() != 36) return false;
        for (int i = 0; i < 36; i++) {
            char c = text.charAt(i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? c != '-' : Character.digit(c, 16) < 0 || c > 'f') return false;
        }
        return true;
    }

    /** Whether it is one of RFC 9562: version 1 to 8 and its variant, nil or max. */
    public static boolean standard(UUID id) {
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        if (high == low && (high == 0 || high == -1)) return true;
        return id.variant() == 2 && id.version() >= 1 && id.version() <= 8;
    }
}
