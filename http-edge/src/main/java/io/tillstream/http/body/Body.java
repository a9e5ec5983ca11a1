package io.tillstream.http.body;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request body: a subclass declares its fields in its constructor, once. It checks and normalises what was sent and
 * describes itself as a JSON Schema.
 *
 * <pre>{@code
 * final class CreateTag extends Body {
 *     CreateTag() {
 *         text("name").trimmed().length(1, 50).required().doc("Shown to buyers").example("Sale");
 *         strict();
 *     }
 * }
 * }</pre>
 */
public abstract class Body extends Fields {
    protected Body() {}

    /** The schema's name: the class's own unless overridden. */
    public String name() {
        return getClass().getSimpleName();
    }

    /**
     * What a request's body says.
     *
     * @param body as sent; empty or null for none
     * @param optional whether none is as good as {@code {}}
     * @throws io.tillstream.http.error.Invalid 400 naming every field that is wrong
     */
    public final Values read(byte @Nullable [] body, boolean optional, Instant now) {
        Errors errors = new Errors();
        Values values = read(JsonInput.object(body, optional), "", errors, now);
        errors.raise();
        return values;
    }
}
