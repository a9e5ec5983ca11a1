/**
 * Where webhooks go and how they are signed. Commands: {@link io.tillstream.command.webhook.WebhookCommand}; what they make:
 * {@link io.tillstream.events.webhook.WebhookEvent}. {@code WebhookRules} decides. Secrets and header values are written in
 * the transaction of the event that names them. Sending is the dispatcher's.
 */
@NullMarked
package io.tillstream.command.webhook;

import org.jspecify.annotations.NullMarked;
