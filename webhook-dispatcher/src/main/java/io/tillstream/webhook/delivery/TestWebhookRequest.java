package io.tillstream.webhook.delivery;

import io.tillstream.http.body.Body;

/** Which event a test pretends. */
final class TestWebhookRequest extends Body {
    /** Not an event of the catalogue: says that the shop can reach the receiver. */
    static final String TEST_EVENT = "test.event";

    TestWebhookRequest() {
        text("event_type")
                .length(1, 100)
                .matches(
                        "[!-~]([ -~]*[!-~])?",
                        "may hold only ASCII characters, and no space at its ends") // a header, too
                .nullIsAbsent()
                .emptyIsNull()
                .defaultsTo(TEST_EVENT)
                .doc("An event of the catalogue, of which the sample is sent; anything else is sent with a greeting")
                .example("access.granted");
    }
}
