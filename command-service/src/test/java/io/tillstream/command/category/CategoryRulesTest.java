package io.tillstream.command.category;

import static io.tillstream.command.category.CategoryRefusal.UNKNOWN;
import static io.tillstream.command.spec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.category.CategoryCommand.ChangeCategory;
import io.tillstream.command.category.CategoryCommand.CreateCategory;
import io.tillstream.command.category.CategoryCommand.DeleteCategory;
import io.tillstream.command.category.CategoryCommand.Description;
import io.tillstream.events.category.Category;
import io.tillstream.events.category.CategoryEvent.CategoryChanged;
import io.tillstream.events.category.CategoryEvent.CategoryCreated;
import io.tillstream.events.category.CategoryEvent.CategoryDeleted;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CategoryRulesTest {
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    @Nested
    class Create {
        @Test
        void keepsTheSlugAsTyped() {
            assertThat(CategoryRules.create(null, create(), NOW))
                    .containsExactly(new CategoryCreated(ID, NOW, "Courses", "Courses-1", "All of them"));
        }

        @Test
        void doesNothingWhenItHappenedBefore() {
            assertThat(CategoryRules.create(category(), create(), NOW)).isEmpty();
        }
    }

    @Nested
    class Change {
        @Test
        void refusesAnUnknownOne() {
            assertRefused(UNKNOWN, () -> CategoryRules.change(null, new ChangeCategory(ID, "New", null, null), NOW));
        }

        @Test
        void changesWhatIsGivenAndKeepsTheRest() {
            assertThat(CategoryRules.change(category(), new ChangeCategory(ID, "New", null, null), NOW))
                    .containsExactly(new CategoryChanged(ID, NOW, "New", "Courses-1", "All of them"));
            assertThat(CategoryRules.change(category(), new ChangeCategory(ID, null, "new", null), NOW))
                    .containsExactly(new CategoryChanged(ID, NOW, "Courses", "new", "All of them"));
        }

        @Test
        void changesTheDescriptionAlone() {
            assertThat(CategoryRules.change(
                            category(), new ChangeCategory(ID, null, null, new Description("Some")), NOW))
                    .containsExactly(new CategoryChanged(ID, NOW, "Courses", "Courses-1", "Some"));
        }

        @Test
        void takesTheDescriptionAway() {
            assertThat(CategoryRules.change(category(), new ChangeCategory(ID, null, null, new Description(null)), NOW))
                    .containsExactly(new CategoryChanged(ID, NOW, "Courses", "Courses-1", null));
        }

        @Test
        void doesNothingWhenNothingIsDifferent() {
            assertThat(CategoryRules.change(category(), new ChangeCategory(ID, "Courses", "Courses-1", null), NOW))
                    .isEmpty();
        }
    }

    @Nested
    class Delete {
        @Test
        void refusesAnUnknownOne() {
            assertRefused(UNKNOWN, () -> CategoryRules.delete(null, new DeleteCategory(ID), NOW));
        }

        @Test
        void deletes() {
            assertThat(CategoryRules.delete(category(), new DeleteCategory(ID), NOW))
                    .containsExactly(new CategoryDeleted(ID, NOW));
        }
    }

    private static CreateCategory create() {
        return new CreateCategory(ID, "Courses", "Courses-1", "All of them");
    }

    private static Category category() {
        return Category.after(null, new CategoryCreated(ID, NOW, "Courses", "Courses-1", "All of them"));
    }
}
