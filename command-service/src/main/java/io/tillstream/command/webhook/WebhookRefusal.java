package io.tillstream.command.webhook;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;

/** Why a command on a webhook is refused. */
enum WebhookRefusal implements Refusal {
    UNKNOWN(ErrorCode.NOT_FOUND, "Webhook not found"),
    TOO_MANY(ErrorCode.CONFLICT, "There are 50 webhooks already; delete one first"),
    UNKNOWN_PRODUCT(ErrorCode.VALIDATION_ERROR, "Invalid input: product_ids must name products that exist");

    private final ErrorCode code;
    private final String message;

    WebhookRefusal(ErrorCode code, String message) {
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
