package io.tillstream.http.text;

/** What text must be to go through every store and header. */
public final class SafeText {
    private SafeText() {}

    /** Free of NUL and of unpaired surrogates: neither PostgreSQL nor BSON can keep those. */
    public static boolean storable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) return false;
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || i + 1 == text.length()) return false;
                i++;
                if (!Character.isLowSurrogate(text.charAt(i))) return false;
            }
        }
        return true;
    }

    /** 1 to {@code max} visible ASCII characters. */
    public static boolean visibleAscii(String text, int max) {
        if (text.isEmpty() || text.length() > max) return false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x21 || c > 0x7e) return false;
        }
        return true;
    }
}
