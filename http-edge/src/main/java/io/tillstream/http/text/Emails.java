package io.tillstream.http.text;

import java.util.regex.Pattern;

/** E-mail addresses as people have them: enough to catch a slip, since only a message shows that one works. */
public final class Emails {
    /** RFC 5321's limit of a path, without its brackets. */
    public static final int LONGEST = 254;

    private static final String LABEL = "[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?";
    private static final Pattern FORM = Pattern.compile(
            "[\\p{L}\\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:(?:" + LABEL + "\\.)+" + LABEL + "|localhost)");

    private Emails() {}

    public static boolean wellFormed(String text) {
        return text.length() <= LONGEST && FORM.matcher(text).matches();
    }
}
