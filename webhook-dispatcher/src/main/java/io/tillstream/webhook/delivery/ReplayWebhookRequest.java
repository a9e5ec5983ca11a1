package io.tillstream.webhook.delivery;

import io.tillstream.http.body.Body;

/** Which part of history an endpoint is to be sent once more. */
final class ReplayWebhookRequest extends Body {
    ReplayWebhookRequest() {
        Span.declare(
                this,
                "What happened at that time or later; from the shop's first day if absent",
                "What happened before that time; until now if absent");
        texts("events")
                .size(1, 100)
                .nullIsAbsent()
                .each(name -> name.check((value, now) -> Replays.subscribable(value)
                        ? null
                        : "must be an event such as access.granted, a group such as access.*, or *"))
                .doc("Names and groups; what the webhook is told of if absent");
        integer("rate").range(1, 1_000).nullIsAbsent().defaultsTo(50).doc("Deliveries a second");
    }
}
