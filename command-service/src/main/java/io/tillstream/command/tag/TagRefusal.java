package io.tillstream.command.tag;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a command on a tag is refused. */
enum TagRefusal implements Refusal {
    UNKNOWN(ErrorCode.NOT_FOUND, "Tag not found"),
    SLUG_TAKEN(ErrorCode.CONFLICT, "A tag with this slug already exists");

    private final ErrorCode code;
    private final String message;

    TagRefusal(ErrorCode code, String message) {
        this.code = code;
        this.message = message;
    }

    @Override
    public ErrorCode code() {
        return code;
    }

    @Override
    public String message() {
        return message;
    }
}
