package io.tillstream.http.idempotency;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a request with an idempotency key may be refused. */
public enum KeyRefusal implements Refusal {
    STILL_RUNNING(ErrorCode.CONFLICT, "A request with this Idempotency-Key is still running."),
    KEY_REUSED(ErrorCode.IDEMPOTENCY_KEY_REUSED, "This Idempotency-Key was used with another request.");

    private final ErrorCode code;
    private final String message;

    KeyRefusal(ErrorCode code, String message) {
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
