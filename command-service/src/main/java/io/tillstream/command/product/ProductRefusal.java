package io.tillstream.command.product;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a command on a product is refused. */
enum ProductRefusal implements Refusal {
    UNKNOWN(ErrorCode.NOT_FOUND, "Product not found"),
    SLUG_TAKEN(ErrorCode.ALREADY_EXISTS, "A product with this slug exists already"),
    STILL_REFERRED_TO(
            ErrorCode.CONFLICT, "The product can't be deleted because others refer to it; deactivate it instead"),
    INVALID(ErrorCode.VALIDATION_ERROR, "Invalid input"),
    BUNDLED_PRODUCT_GONE(ErrorCode.VALIDATION_ERROR, "A product of the bundle doesn't exist");

    private final ErrorCode code;
    private final String message;

    ProductRefusal(ErrorCode code, String message) {
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
