package io.tillstream.command.category;

import java.util.UUID;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** Everything that can be asked of a category. */
sealed interface CategoryCommand {
    record CreateCategory(
            @TargetAggregateIdentifier UUID categoryId,
            String name,
            String slug,
            @Nullable String description) implements CategoryCommand {}

    /** What is null stays as it is. */
    record ChangeCategory(
            @TargetAggregateIdentifier UUID categoryId,
            @Nullable String name,
            @Nullable String slug,
            @Nullable Description description)
            implements CategoryCommand {}

    record DeleteCategory(@TargetAggregateIdentifier UUID categoryId) implements CategoryCommand {}

    /** A new description, or none. */
    record Description(@Nullable String text) {}
}
