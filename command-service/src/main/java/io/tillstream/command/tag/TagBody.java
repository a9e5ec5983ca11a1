package io.tillstream.command.tag;

import io.tillstream.http.body.Body;
import io.tillstream.http.error.ErrorCode;

/** The fields of a tag that can be written. contract: tags.md */
abstract class TagBody extends Body {
    static final class CreateTagRequest extends TagBody {
        CreateTagRequest() {
            super(true);
        }
    }

    static final class ChangeTagRequest extends TagBody {
        ChangeTagRequest() {
            super(false);
            notEmpty(ErrorCode.INVALID_INPUT);
        }
    }

    private TagBody(boolean creating) {
        var name = text("name")
                .trimmed()
                .length(1, 50)
                .doc("Shown to buyers; need not be unique")
                .example("Brushes");
        var slug = text("slug")
                .trimmed()
                .length(1, 50)
                .matches("[A-Za-z0-9_-]+", "may hold only A-Z, a-z, 0-9, _ and -")
                .doc("Names the tag in URLs; unique, case matters")
                .example("brushes");
        if (creating) {
            name.required();
            slug.required();
        }
        strict();
    }
}
