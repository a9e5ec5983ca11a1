package io.tillstream.events.webhook;

import io.tillstream.events.OmitNull;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a webhook is sent, and where to.
 *
 * @param url as it was typed
 * @param events names, {@code subscription.*} or {@code *}
 * @param productFilterMode {@code all} or {@code selected}
 * @param productIds the products that it is told of, where the mode is {@code selected}
 * @param customPayloadFields added to each payload, with placeholders in their texts; null for none
 * @param payloadFieldSelection the keys of a payload's data that are sent; null for all
 * @param rateLimit how fast deliveries may follow each other; null for as fast as it answers
 * @param strictOrder true where one is sent only when the one before it is accepted or given up; otherwise null
 */
public record WebhookDetails(
        String url,
        List<String> events,
        @Nullable String description,
        String productFilterMode,
        List<UUID> productIds,
        @Nullable Map<String, @Nullable Object> customPayloadFields,
        @Nullable List<String> payloadFieldSelection,
        @OmitNull @Nullable DeliveryRate rateLimit,
        @OmitNull @Nullable Boolean strictOrder) {
    /** Told of every product. */
    public static final String ALL = "all";

    /** Told of chosen products, and of what is about no product. */
    public static final String SELECTED = "selected";

    /** As {@code strictOrder} has it, so that what isn't wanted is written like what was never asked for. */
    public static @Nullable Boolean onlyTrue(boolean wanted) {
        return wanted ? Boolean.TRUE : null;
    }

    /** Whether one is sent only when the one before it is accepted or given up. */
    public boolean inOrder() {
        return Boolean.TRUE.equals(strictOrder);
    }

    /** Whether it wants to be told of an event that is about these products. */
    public boolean wants(WebhookEventName event, List<UUID> products) {
        return events.stream().anyMatch(event::meantBy) && wants(products);
    }

    /** Whether it wants to be told of these products at all. */
    public boolean wants(List<UUID> products) {
        return productFilterMode.equals(ALL)
                || products.isEmpty()
                || products.stream().anyMatch(productIds::contains);
    }
}
