package io.tillstream.command.platform;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a command of any concept may be refused. */
enum PlatformRefusal implements Refusal {
    CONTENDED(ErrorCode.CONFLICT, "Too many others are changing this resource right now; try again."),
    PERSON_ERASED(ErrorCode.CONFLICT, "The person whom this is about has been erased.");

    private final ErrorCode code;
    private final String message;

    PlatformRefusal(ErrorCode code, String message) {
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
