package io.tillstream.command.admin;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a command on an admin is refused. */
enum AdminRefusal implements Refusal {
    UNKNOWN(ErrorCode.NOT_FOUND, "Admin not found"),
    EMAIL_TAKEN(ErrorCode.ALREADY_EXISTS, "An admin with this e-mail already exists");

    private final ErrorCode code;
    private final String message;

    AdminRefusal(ErrorCode code, String message) {
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
