package io.tillstream.http.history;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import java.util.Optional;

/** Nothing to be seen under an id: unknown, deleted or another mode's are the same to a client. */
public final class NotFound {
    private NotFound() {}

    /** Names what there isn't, such as {@code Product}. */
    public static Invalid of(String what) {
        return new Invalid(ErrorCode.NOT_FOUND, what + " not found");
    }

    public static <T> T unless(Optional<T> found, String what) {
        return found.orElseThrow(() -> of(what));
    }
}
