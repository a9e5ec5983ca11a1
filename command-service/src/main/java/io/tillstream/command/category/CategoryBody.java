package io.tillstream.command.category;

import io.tillstream.http.body.Body;
import io.tillstream.http.error.ErrorCode;

/** The fields of a category that can be written. contract: tags.md */
abstract class CategoryBody extends Body {
    static final class CreateCategoryRequest extends CategoryBody {
        CreateCategoryRequest() {
            super(true);
        }
    }

    static final class ChangeCategoryRequest extends CategoryBody {
        ChangeCategoryRequest() {
            super(false);
            notEmpty(ErrorCode.INVALID_INPUT);
        }
    }

    private CategoryBody(boolean creating) {
        var name = text("name")
                .trimmed()
                .length(1, 100)
                .doc("Shown to buyers; need not be unique")
                .example("Brushes");
        var slug = text("slug")
                .trimmed()
                .length(1, 100)
                .matches("[A-Za-z0-9_-]+", "may hold only A-Z, a-z, 0-9, _ and -")
                .doc("Names the category in URLs; unique, case matters")
                .example("brushes");
        if (creating) {
            name.required();
            slug.required();
        }
        text("description")
                .trimmed()
                .length(0, 500)
                .nullable()
                .doc("What is in it")
                .example("All brush packs");
        strict();
    }
}
