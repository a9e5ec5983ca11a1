package io.tillstream.command.user;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a command on an account is refused. */
enum UserRefusal implements Refusal {
    EMAIL_TAKEN(ErrorCode.ALREADY_EXISTS, "An account with this e-mail already exists"),
    UNKNOWN(ErrorCode.NOT_FOUND, "User not found"),
    REASON_NAMES_PERSON(ErrorCode.VALIDATION_ERROR, "The reason is kept for ever, so it must not name the person");

    private final ErrorCode code;
    private final String message;

    UserRefusal(ErrorCode code, String message) {
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
