package io.tillstream.query.product;

import io.tillstream.events.category.Category;
import io.tillstream.events.product.Label;
import io.tillstream.events.tag.Tag;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Categories and tags as products show them. A deleted one is shown no more, though products still name it. */
final class Labels {
    private Labels() {}

    static Label of(Category category) {
        return new Label(category.id(), category.name(), category.slug());
    }

    static Label of(Tag tag) {
        return new Label(tag.id(), tag.name(), tag.slug());
    }

    static <S> Map<UUID, Label> of(Map<UUID, S> found, Function<S, Label> label) {
        Map<UUID, Label> labels = new LinkedHashMap<>();
        found.forEach((id, state) -> labels.put(id, label.apply(state)));
        return labels;
    }

    static @Nullable List<Label> of(@Nullable Map<UUID, Label> known, List<UUID> ids) {
        if (known == null) return null;
        return ids.stream().map(known::get).filter(Objects::nonNull).toList();
    }
}
