package io.tillstream.query.platform;

import com.mongodb.client.model.Filters;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Finds text whatever its case. Everything a client types is literal. */
public final class Search {
    /** The key that {@link #matching} looks into. */
    public static final String KEY = "search";

    private static final String SPECIAL = "\\^$.|?*+()[]{}-#&~/";

    private Search() {}

    /** What is stored for texts to be found by any part of them. */
    public static List<String> key(@Nullable String... texts) {
        return Arrays.stream(texts).filter(Objects::nonNull).map(Search::folded).toList();
    }

    /** Text as it sorts and compares when case doesn't matter. */
    public static String folded(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    /** Documents of which some text contains the term; all of them when there is no term. */
    public static Bson matching(@Nullable String term) {
        if (term == null) return Filters.empty();
        StringBuilder pattern = new StringBuilder();
        // Escaped one by one: \Q..\E is not known to every engine, and a pattern ends at a NUL.
        folded(term).chars().forEach(c -> {
            if (c == 0) pattern.append("\\x00");
            else if (SPECIAL.indexOf(c) >= 0) pattern.append('\\').append((char) c);
            else pattern.append((char) c);
        });
        return Filters.regex(KEY, pattern.toString());
    }
}
