package io.tillstream.query.product;

import static com.mongodb.client.model.Filters.all;
import static com.mongodb.client.model.Filters.in;

import com.mongodb.client.model.Filters;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.query.platform.Documents;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Categories or tags that a product must carry, all of them: ids, or slugs as typed. */
record Membership(Set<UUID> ids, Set<String> slugs) {
    /** What {@link #parse} takes, for the API's description. */
    static final String FORM = "^ *([A-Za-z0-9_-]+)? *(, *([A-Za-z0-9_-]+)? *){0,19}$";

    private static final int MAX = 20;
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern SLUG = Pattern.compile("[A-Za-z0-9_-]+");

    static Membership parse(String parameter, @Nullable String raw) {
        Set<UUID> ids = new LinkedHashSet<>();
        Set<String> slugs = new LinkedHashSet<>();
        List<String> entries = raw == null
                ? List.of()
                : Arrays.stream(raw.split(",", -1))
                        .map(String::trim)
                        .filter(entry -> !entry.isEmpty())
                        .toList();
        if (entries.size() > MAX)
            throw new Invalid(ErrorCode.INVALID_INPUT, parameter + " takes at most " + MAX + " values");
        for (String entry : entries) {
            if (ID.matcher(entry).matches()) ids.add(UUID.fromString(entry.toLowerCase(Locale.ROOT)));
            else if (SLUG.matcher(entry).matches()) slugs.add(entry);
            else throw new Invalid(ErrorCode.INVALID_INPUT, parameter + " takes ids and slugs, separated by commas");
        }
        return new Membership(ids, slugs);
    }

    /** The filter on a product's key; none when one of them doesn't exist, so that no product can carry all. */
    <S> Optional<Bson> filter(Documents<S>.Visible labels, String key) {
        Set<String> wanted = new LinkedHashSet<>();
        if (ids.isEmpty() && slugs.isEmpty()) return Optional.of(Filters.empty());
        if (!ids.isEmpty()) {
            Set<UUID> found = labels.findAll(ids).keySet();
            if (found.size() < ids.size()) return Optional.empty();
            found.forEach(id -> wanted.add(id.toString()));
        }
        if (!slugs.isEmpty()) {
            var found = labels.find(in("slug", slugs));
            if (found.size() < slugs.size()) return Optional.empty();
            found.forEach(stored -> wanted.add(stored.id().toString()));
        }
        return Optional.of(all(key, wanted));
    }
}
