package io.tillstream.command.access;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a command on access is refused. */
enum AccessRefusal implements Refusal {
    UNKNOWN(ErrorCode.NOT_FOUND, "Access record not found"),
    PRODUCT_UNKNOWN(ErrorCode.NOT_FOUND, "Product not found"),
    PRODUCT_INACTIVE(ErrorCode.VALIDATION_ERROR, "Product is not active"),
    ALREADY_GRANTED(ErrorCode.ALREADY_EXISTS, "User already has access to this product"),
    USER_UNKNOWN(ErrorCode.NOT_FOUND, "User not found"),
    USER_ERASED(ErrorCode.CONFLICT, "User has been erased"),
    TOO_LONG(ErrorCode.VALIDATION_ERROR, "Access cannot last beyond the year 9999");

    private final ErrorCode code;
    private final String message;

    AccessRefusal(ErrorCode code, String message) {
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
