package io.tillstream.events.tag;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.Concept;
import io.tillstream.events.Hidden;
import io.tillstream.events.State;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.events.tag.TagEvent.TagDeleted;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A tag as its events made it. */
public record Tag(
        UUID id,
        String name,
        String slug,

        Instant createdAt,
        @Hidden Instant updatedAt,
        @Hidden long version,
        @Hidden boolean deleted)
        implements State {
    public static final Concept<Tag, TagEvent> CONCEPT = Concept.named("tag", Tag.class, TagEvent.class, Tag::after)
            .event("tag.created", TagCreated.class)
            .event("tag.changed", TagChanged.class)
            .event("tag.deleted", TagDeleted.class)
            .build(1);

    /** The claim on a tag's slug, unique within a mode as it was typed: case matters. */
    public static final String SLUG = "tag.slug";

    public static Tag after(@Nullable Tag before, TagEvent event) {
        return switch (event) {
            case TagCreated e -> new Tag(e.tagId(), e.name(), e.slug(), e.at(), e.at(), 0, false);
            case TagChanged e -> {
                Tag old = known(before);
                yield new Tag(old.id, e.name(), e.slug(), old.createdAt, e.at(), old.version + 1, false);
            }
            case TagDeleted e -> {
                Tag old = known(before);
                yield new Tag(old.id, old.name, old.slug, old.createdAt, e.at(), old.version + 1, true);
            }
        };
    }

    @Override
    public Derived derived() {
        return deleted ? Derived.NOTHING : Derived.alive(Claim.on(SLUG, slug));
    }

    private static Tag known(@Nullable Tag before) {
        return requireNonNull(before, "a tag's first event creates it");
    }
}
