package io.tillstream.command.tag;

import static io.tillstream.command.spec.Refusals.assertRefused;
import static io.tillstream.command.tag.TagRefusal.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.tag.TagCommand.ChangeTag;
import io.tillstream.command.tag.TagCommand.CreateTag;
import io.tillstream.command.tag.TagCommand.DeleteTag;
import io.tillstream.events.tag.Tag;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.events.tag.TagEvent.TagDeleted;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TagRulesTest {
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    @Nested
    class Create {
        @Test
        void keepsTheSlugAsTyped() {
            assertThat(TagRules.create(null, create(), NOW))
                    .containsExactly(new TagCreated(ID, NOW, "Courses", "Courses-1"));
        }

        @Test
        void doesNothingWhenItHappenedBefore() {
            assertThat(TagRules.create(tag(), create(), NOW)).isEmpty();
        }
    }

    @Nested
    class Change {
        @Test
        void refusesAnUnknownOne() {
            assertRefused(UNKNOWN, () -> TagRules.change(null, new ChangeTag(ID, "New", null), NOW));
        }

        @Test
        void changesWhatIsGivenAndKeepsTheRest() {
            assertThat(TagRules.change(tag(), new ChangeTag(ID, "New", null), NOW))
                    .containsExactly(new TagChanged(ID, NOW, "New", "Courses-1"));
            assertThat(TagRules.change(tag(), new ChangeTag(ID, null, "new"), NOW))
                    .containsExactly(new TagChanged(ID, NOW, "Courses", "new"));
        }

        @Test
        void doesNothingWhenNothingIsDifferent() {
            assertThat(TagRules.change(tag(), new ChangeTag(ID, "Courses", "Courses-1"), NOW))
                    .isEmpty();
        }
    }

    @Nested
    class Delete {
        @Test
        void refusesAnUnknownOne() {
            assertRefused(UNKNOWN, () -> TagRules.delete(null, new DeleteTag(ID), NOW));
        }

        @Test
        void deletes() {
            assertThat(TagRules.delete(tag(), new DeleteTag(ID), NOW)).containsExactly(new TagDeleted(ID, NOW));
        }
    }

    private static CreateTag create() {
        return new CreateTag(ID, "Courses", "Courses-1");
    }

    private static Tag tag() {
        return Tag.after(null, new TagCreated(ID, NOW, "Courses", "Courses-1"));
    }
}
