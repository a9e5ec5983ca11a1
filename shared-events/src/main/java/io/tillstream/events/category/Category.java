package io.tillstream.events.category;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.Concept;
import io.tillstream.events.Hidden;
import io.tillstream.events.State;
import io.tillstream.events.category.CategoryEvent.CategoryChanged;
import io.tillstream.events.category.CategoryEvent.CategoryCreated;
import io.tillstream.events.category.CategoryEvent.CategoryDeleted;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.derived.Derived;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A category as its events made it. */
public record Category(
        UUID id,
        String name,
        String slug,
        @Nullable String description,
        Instant createdAt,
        @Hidden Instant updatedAt,
        @Hidden long version,
        @Hidden boolean deleted)
        implements State {
    public static final Concept<Category, CategoryEvent> CONCEPT = Concept.named(
                    "category", Category.class, CategoryEvent.class, Category::after)
            .event("category.created", CategoryCreated.class)
            .event("category.changed", CategoryChanged.class)
            .event("category.deleted", CategoryDeleted.class)
            .build(1);

    /** The claim on a category's slug, unique within a mode as it was typed: case matters. */
    public static final String SLUG = "category.slug";

    public static Category after(@Nullable Category before, CategoryEvent event) {
        return switch (event) {
            case CategoryCreated e ->
                new Category(e.categoryId(), e.name(), e.slug(), e.description(), e.at(), e.at(), 0, false);
            case CategoryChanged e -> {
                Category old = known(before);
                yield new Category(
                        old.id, e.name(), e.slug(), e.description(), old.createdAt, e.at(), old.version + 1, false);
            }
            case CategoryDeleted e -> {
                Category old = known(before);
                yield new Category(
                        old.id, old.name, old.slug, old.description, old.createdAt, e.at(), old.version + 1, true);
            }
        };
    }

    @Override
    public Derived derived() {
        return deleted ? Derived.NOTHING : Derived.alive(Claim.on(SLUG, slug));
    }

    private static Category known(@Nullable Category before) {
        return requireNonNull(before, "a category's first event creates it");
    }
}
