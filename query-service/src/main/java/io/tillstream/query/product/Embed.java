package io.tillstream.query.product;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code ?embed=} asks for. Unknown names are ignored: contract, conventions §7. */
record Embed(boolean categories, boolean tags) {
    static final Embed NOTHING = new Embed(false, false);
    static final Embed EVERYTHING = new Embed(true, true);

    static Embed parse(@Nullable String raw, Embed absent) {
        if (raw == null) return absent;
        List<String> names = Arrays.stream(raw.split(",", -1)).map(String::trim).toList();
        return new Embed(names.contains("categories"), names.contains("tags"));
    }
}
