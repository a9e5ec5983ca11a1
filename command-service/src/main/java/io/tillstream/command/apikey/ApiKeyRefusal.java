package io.tillstream.command.apikey;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a command on an API key is refused. */
enum ApiKeyRefusal implements Refusal {
    UNKNOWN(ErrorCode.NOT_FOUND, "API key not found"),
    REVOKED(ErrorCode.VALIDATION_ERROR, "API key is revoked"),
    INACTIVE(ErrorCode.VALIDATION_ERROR, "Cannot rotate an inactive API key"),
    ROTATED(ErrorCode.VALIDATION_ERROR, "A rotated API key cannot be enabled again; its successor took over");

    private final ErrorCode code;
    private final String message;

    ApiKeyRefusal(ErrorCode code, String message) {
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
