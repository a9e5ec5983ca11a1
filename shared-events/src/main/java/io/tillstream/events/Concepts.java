package io.tillstream.events;

import io.tillstream.events.access.Access;
import io.tillstream.events.admin.Admin;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.events.category.Category;
import io.tillstream.events.product.Product;
import io.tillstream.events.tag.Tag;
import io.tillstream.events.user.User;
import io.tillstream.events.webhook.Webhook;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every concept there is. A new one is added here and nowhere else. */
public final class Concepts {
    public static final List<Concept<?, ?>> ALL = List.of(
            Product.CONCEPT,
            Category.CONCEPT,
            Tag.CONCEPT,
            User.CONCEPT,
            Access.CONCEPT,
            ApiKey.CONCEPT,
            Admin.CONCEPT,
            Webhook.CONCEPT);

    private static final Map<String, Concept<?, ?>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Concept::name, Function.identity()));

    private Concepts() {}

    /** The concept of that name; fails for an unknown one, since only our own code names concepts. */
    public static Concept<?, ?> named(String name) {
        Concept<?, ?> concept = BY_NAME.get(name);
        if (concept == null) throw new IllegalArgumentException("No concept " + name);
        return concept;
    }
}
