package io.tillstream.events;

import java.util.Locale;

/** Which data an aggregate belongs to. Fixed by its first event; keys and admins belong to the shop as a whole. */
public enum Mode {
    LIVE,
    TEST,
    SHOP;

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Mode of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
