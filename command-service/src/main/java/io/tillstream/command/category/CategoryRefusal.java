package io.tillstream.command.category;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a command on a category is refused. */
enum CategoryRefusal implements Refusal {
    UNKNOWN(ErrorCode.NOT_FOUND, "Category not found"),
    SLUG_TAKEN(ErrorCode.CONFLICT, "A category with this slug already exists");

    private final ErrorCode code;
    private final String message;

    CategoryRefusal(ErrorCode code, String message) {
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
