package io.tillstream.query.replay;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a replay can't be had, or stopped. */
enum ReplayRefusal implements Refusal {
    UNKNOWN(ErrorCode.NOT_FOUND, "Replay not found"),
    TOO_LATE(ErrorCode.CONFLICT, "This replay is over, or is switching to its documents");

    private final ErrorCode code;
    private final String message;

    ReplayRefusal(ErrorCode code, String message) {
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
