package io.tillstream.webhook.payload;

import io.tillstream.events.webhook.WebhookEventName;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A stored event in its public form.
 *
 * @param products what it is about, for endpoints that are told of some products only
 * @param person whose data is in it, null for nobody's
 */
public record Told(
        WebhookEventName name,
        Instant at,
        ObjectNode data,
        List<UUID> products,
        @Nullable UUID person) {}
