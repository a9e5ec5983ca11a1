package io.tillstream.command.tag;

import static io.tillstream.command.tag.TagRefusal.UNKNOWN;
import static java.util.Objects.requireNonNullElse;

import io.tillstream.command.tag.TagCommand.ChangeTag;
import io.tillstream.command.tag.TagCommand.CreateTag;
import io.tillstream.command.tag.TagCommand.DeleteTag;
import io.tillstream.events.tag.Tag;
import io.tillstream.events.tag.TagEvent;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.events.tag.TagEvent.TagDeleted;
import io.tillstream.http.error.Refused;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be done to a tag. That its slug is free is held by its claim. */
final class TagRules {
    private TagRules() {}

    static List<TagEvent> create(@Nullable Tag tag, CreateTag command, Instant now) {
        if (tag != null) return List.of();
        return List.of(new TagCreated(command.tagId(), now, command.name(), command.slug()));
    }

    static List<TagEvent> change(@Nullable Tag tag, ChangeTag command, Instant now) {
        if (tag == null) throw new Refused(UNKNOWN);
        String name = requireNonNullElse(command.name(), tag.name());
        String slug = requireNonNullElse(command.slug(), tag.slug());
        boolean same = name.equals(tag.name()) && slug.equals(tag.slug());
        return same ? List.of() : List.of(new TagChanged(tag.id(), now, name, slug));
    }

    static List<TagEvent> delete(@Nullable Tag tag, DeleteTag command, Instant now) {
        if (tag == null) throw new Refused(UNKNOWN);
        return List.of(new TagDeleted(command.tagId(), now));
    }
}
