package io.tillstream.command.webhook;

import io.tillstream.events.webhook.DeliveryRate;
import io.tillstream.events.webhook.WebhookDetails;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** Everything that can be asked of a webhook endpoint. */
sealed interface WebhookCommand {
    record CreateWebhook(
            @TargetAggregateIdentifier UUID webhookId,
            WebhookDetails details,
            boolean isActive,
            NewHeaders headers,
            NewSecret secret)
            implements WebhookCommand {}

    /** What is null stays as it is. */
    record ChangeWebhook(
            @TargetAggregateIdentifier UUID webhookId,
            @Nullable String url,
            @Nullable List<String> events,
            @Nullable Description description,
            @Nullable Boolean isActive,
            @Nullable Scope scope,
            @Nullable NewHeaders headers,
            @Nullable ExtraFields extraFields,
            @Nullable Selection selection,
            @Nullable NewRate rate,
            @Nullable Boolean strictOrder)
            implements WebhookCommand {}

    /** Another secret takes over, and the present one goes on signing beside it for some hours. */
    record RotateWebhookSecret(@TargetAggregateIdentifier UUID webhookId, int graceHours, NewSecret secret)
            implements WebhookCommand {}

    record DeleteWebhook(@TargetAggregateIdentifier UUID webhookId) implements WebhookCommand {}

    /** It is of no use to send to it; what happens from now on is held. */
    record SuspendWebhook(@TargetAggregateIdentifier UUID webhookId, String reason) implements WebhookCommand {}

    /** A new description, or none. */
    record Description(@Nullable String text) {}

    /** Which products it is told of. */
    record Scope(String mode, List<UUID> productIds) {}

    /** New extra fields, or none. */
    record ExtraFields(@Nullable Map<String, @Nullable Object> fields) {}

    /** A new rate, or none. */
    record NewRate(@Nullable DeliveryRate rate) {}

    /** A new selection of fields, or all of them. */
    record Selection(@Nullable List<String> keys) {}

    /**
     * New custom headers by name.
     *
     * @param id the row that they would be kept in
     */
    record NewHeaders(UUID id, Map<String, String> values) {
        @Override
        public String toString() {
            return "NewHeaders" + values.keySet();
        }
    }
}
