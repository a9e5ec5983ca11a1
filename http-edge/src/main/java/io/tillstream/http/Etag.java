package io.tillstream.http;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import org.jspecify.annotations.Nullable;

/** {@code "<sequence>"}: which version of an aggregate a client saw. For {@code If-Match} only, contract decision 27. */
public final class Etag {
    private Etag() {}

    public static String of(long sequence) {
        return "\"" + sequence + "\"";
    }

    /** Whether a request may change this version: it names it, or names none. 400 for what is no list of ETags. */
    public static boolean matches(@Nullable String ifMatch, long sequence) {
        if (ifMatch == null || ifMatch.strip().equals("*")) return true;
        String current = of(sequence);
        boolean matches = false;
        for (String tag : ifMatch.split(",", -1)) {
            String one = tag.strip();
            String strong = one.startsWith("W/") ? one.substring(2) : one;
            if (strong.length() < 2 || !strong.startsWith("\"") || !strong.endsWith("\""))
                throw new Invalid(ErrorCode.INVALID_INPUT, "Invalid If-Match: an ETag stands in double quotes");
            matches |= one.equals(current);
        }
        return matches;
    }

    /** 412 unless the request names this version, or none. */
    public static void required(@Nullable String ifMatch, long sequence) {
        if (!matches(ifMatch, sequence)) throw changed();
    }

    public static Invalid changed() {
        return new Invalid(
                ErrorCode.PRECONDITION_FAILED, "It has changed since the version that If-Match names; read it again");
    }
}
