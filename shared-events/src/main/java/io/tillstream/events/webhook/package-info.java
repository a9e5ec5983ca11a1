/**
 * Where a shop's outgoing webhooks go. Events: {@link io.tillstream.events.webhook.WebhookEvent}; they add up to
 * {@link io.tillstream.events.webhook.Webhook}, which clients see as a {@link io.tillstream.events.webhook.WebhookView}.
 * Secrets and custom headers are in rows that events name by id. What can be subscribed to is a
 * {@link io.tillstream.events.webhook.WebhookEventName}.
 */
@NullMarked
package io.tillstream.events.webhook;

import org.jspecify.annotations.NullMarked;
