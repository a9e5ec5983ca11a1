/**
 * The webhook endpoints as the dispatcher knows them: folded from {@link io.tillstream.events.webhook.WebhookEvent} in the
 * order of history, together with the deliveries that they are due. Reads of endpoints are answered from here.
 */
@NullMarked
package io.tillstream.webhook.endpoint;

import org.jspecify.annotations.NullMarked;
