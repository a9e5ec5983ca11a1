package io.tillstream.command.category;

import static io.tillstream.command.category.CategoryRefusal.UNKNOWN;
import static java.util.Objects.requireNonNullElse;

import io.tillstream.command.category.CategoryCommand.ChangeCategory;
import io.tillstream.command.category.CategoryCommand.CreateCategory;
import io.tillstream.command.category.CategoryCommand.DeleteCategory;
import io.tillstream.command.category.CategoryCommand.Description;
import io.tillstream.events.category.Category;
import io.tillstream.events.category.CategoryEvent;
import io.tillstream.events.category.CategoryEvent.CategoryChanged;
import io.tillstream.events.category.CategoryEvent.CategoryCreated;
import io.tillstream.events.category.CategoryEvent.CategoryDeleted;
import io.tillstream.http.error.Refused;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What may be done to a category. That its slug is free is held by its claim. */
final class CategoryRules {
    private CategoryRules() {}

    static List<CategoryEvent> create(@Nullable Category category, CreateCategory command, Instant now) {
        if (category != null) return List.of();
        return List.of(
                new CategoryCreated(command.categoryId(), now, command.name(), command.slug(), command.description()));
    }

    static List<CategoryEvent> change(@Nullable Category category, ChangeCategory command, Instant now) {
        if (category == null) throw new Refused(UNKNOWN);
        String name = requireNonNullElse(command.name(), category.name());
        String slug = requireNonNullElse(command.slug(), category.slug());
        Description change = command.description();
        String description = change == null ? category.description() : change.text();
        boolean same = name.equals(category.name())
                && slug.equals(category.slug())
                && Objects.equals(description, category.description());
        return same ? List.of() : List.of(new CategoryChanged(category.id(), now, name, slug, description));
    }

    static List<CategoryEvent> delete(@Nullable Category category, DeleteCategory command, Instant now) {
        if (category == null) throw new Refused(UNKNOWN);
        return List.of(new CategoryDeleted(command.categoryId(), now));
    }
}
