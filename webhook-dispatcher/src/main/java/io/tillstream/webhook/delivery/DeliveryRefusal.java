package io.tillstream.webhook.delivery;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why something can't be done with a delivery. */
enum DeliveryRefusal implements Refusal {
    UNKNOWN(ErrorCode.NOT_FOUND, "Webhook delivery not found"),
    UNKNOWN_WEBHOOK(ErrorCode.NOT_FOUND, "Webhook not found"),
    UNKNOWN_REPLAY(ErrorCode.NOT_FOUND, "Webhook replay not found"),
    INACTIVE_WEBHOOK(ErrorCode.CONFLICT, "The webhook is not active, so nothing can be replayed to it"),
    NOT_FAILED(ErrorCode.INVALID_INPUT, "Only a failed delivery can be sent again: one that is permanently_failed"),
    NOT_GIVEN_UP(ErrorCode.CONFLICT, "Only a delivery that is permanently_failed can be replayed"),
    SWITCHED_OFF(ErrorCode.CONFLICT, "The webhook is switched off, so nothing is sent to it"),
    NOT_WAITING(ErrorCode.CONFLICT, "Only a delivery that is pending_retry, and isn't being attempted, can be hurried"),
    NOT_CANCELABLE(ErrorCode.CONFLICT, "Only a delivery that is pending, pending_retry or held can be canceled");

    private final ErrorCode code;
    private final String message;

    DeliveryRefusal(ErrorCode code, String message) {
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
