package io.tillstream.events.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A webhook endpoint as clients see it.
 *
 * @param isActive whether events are sent to it
 * @param secret masked but for its last four characters; in full only where it was made or rotated just now
 * @param previousSecretUntil after a rotation, how long deliveries are signed with the previous secret as well
 * @param suspension why the shop stopped sending to it by itself; null when it didn't
 * @param rateLimit how fast deliveries follow each other at most; null for as fast as it answers
 * @param strictOrder whether a delivery is sent only when the one before it is accepted or given up
 * @param hasCustomHeaders whether deliveries have headers of the owner's making; their values are never shown
 */
public record WebhookView(
        UUID id,
        String url,
        List<String> events,
        @Nullable String description,
        boolean isActive,
        String secret,
        @Nullable Instant previousSecretUntil,
        @Nullable String suspension,
        String productFilterMode,
        List<UUID> productIds,
        @Nullable Map<String, @Nullable Object> customPayloadFields,
        @Nullable List<String> payloadFieldSelection,
        @Nullable DeliveryRate rateLimit,
        boolean strictOrder,
        boolean hasCustomHeaders,
        List<String> customHeaderNames,
        Instant createdAt,
        Instant updatedAt) {
    /** What every secret begins with. */
    public static final String SECRET_PREFIX = "whsec_";

    public static WebhookView of(Webhook webhook) {
        return of(webhook, SECRET_PREFIX + "…" + webhook.secret().ending());
    }

    /** With the secret in full, for the answer that shows it this once. */
    public static WebhookView of(Webhook webhook, String secret) {
        WebhookDetails details = webhook.details();
        return new WebhookView(
                webhook.id(),
                details.url(),
                details.events(),
                details.description(),
                webhook.isActive(),
                secret,
                webhook.previousUntil(),
                webhook.suspension(),
                details.productFilterMode(),
                details.productIds(),
                details.customPayloadFields(),
                details.payloadFieldSelection(),
                details.rateLimit(),
                details.inOrder(),
                webhook.headersId() != null,
                webhook.headerNames(),
                webhook.createdAt(),
                webhook.updatedAt());
    }

    @Override
    public String toString() {
        return "WebhookView[" + id + "]"; // it may show a secret
    }
}
