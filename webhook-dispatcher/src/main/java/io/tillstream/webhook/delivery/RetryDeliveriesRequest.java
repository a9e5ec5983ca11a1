package io.tillstream.webhook.delivery;

import io.tillstream.http.body.Body;

/** Which given-up deliveries are to be started over. */
final class RetryDeliveriesRequest extends Body {
    RetryDeliveriesRequest() {
        uuid("endpoint_id").nullIsAbsent().doc("Of this webhook only");
        text("event_type")
                .nullIsAbsent()
                .check((value, now) ->
                        io.tillstream.events.webhook.WebhookEventName.of(value).isPresent()
                                ? null
                                : "must be an event that webhooks can be told of")
                .doc("Of this event only")
                .example("access.granted");
        Span.declare(this, "Made at that time or later", "Made before that time");
    }
}
