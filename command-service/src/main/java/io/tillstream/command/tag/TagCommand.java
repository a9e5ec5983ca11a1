package io.tillstream.command.tag;

import java.util.UUID;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** Everything that can be asked of a tag. */
sealed interface TagCommand {
    record CreateTag(@TargetAggregateIdentifier UUID tagId, String name, String slug) implements TagCommand {}

    /** What is null stays as it is. */
    record ChangeTag(
            @TargetAggregateIdentifier UUID tagId,
            @Nullable String name,
            @Nullable String slug) implements TagCommand {}

    record DeleteTag(@TargetAggregateIdentifier UUID tagId) implements TagCommand {}
}
