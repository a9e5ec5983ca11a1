package io.tillstream.standalone.openapi;

import static java.util.Map.entry;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.product.ProductDetails;
import io.tillstream.http.history.HistoryEntry;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes a good value of a schema: what its fields give as an example, else what a field of that name usually has. */
final class Examples {
    static final String ID = "0199c0de-7a11-7000-8000-000000000001";
    private static final String OTHER_ID = "0199c0de-7a11-7000-8000-000000000002";
    private static final String THIRD_ID = "0199c0de-7a11-7000-8000-000000000003";
    private static final String INSTANT = "2026-03-06T09:29:43.378Z";
    private static final String KEY_PREFIX = "sf_live_3f9a";

    private static final Map<String, Object> USUAL = Map.ofEntries(
            entry("specversion", "1.0"),
            entry("source", "/tillstream/shop"),
            entry("datacontenttype", "application/json"),
            entry("dataschema", "/schemas/product.price_changed/1"),
            entry("id", ID),
            entry("time", INSTANT),
            entry("mode", "live"),
            entry("unreadable", "payload"),
            entry("aggregatetype", "product"),
            entry("subject", OTHER_ID),
            entry("requestid", "b7e1c2aa-3f55-4c6e-9d6e-0c8f5a7a2f10"),
            entry("correlationid", "b7e1c2aa-3f55-4c6e-9d6e-0c8f5a7a2f10"),
            entry("causationid", THIRD_ID),
            entry("product_id", OTHER_ID),
            entry("user_id", THIRD_ID),
            entry("avatar_url", "https://example.com/ada.png"),
            entry("product_slug", "watercolour-brushes"),
            entry("product_name", "Watercolour brushes"),
            entry("product_price", 2900),
            entry("product_currency", "USD"),
            entry("product_icon", "🖌️"),
            entry("product_is_active", true),
            entry("product_description", "Forty brushes for Procreate"),
            entry("currency", "USD"),
            entry("icon", "🖌️"),
            entry("layout_template", "default"),
            entry("checkout_template", "default"),
            entry("content_delivery_type", "content"),
            entry("product_type", "one_time"),
            entry("price_includes_vat", true),
            entry("is_listed", true),
            entry("is_active", true),
            entry("key_prefix", KEY_PREFIX),
            entry("key", KEY_PREFIX + "0".repeat(60)),
            entry("warning", "Save this key now. It will not be shown again."),
            entry("message", "The old key works until 2026-03-07T09:29:43.378Z."),
            entry("grace_until", "2026-03-07T09:29:43.378Z"),
            entry("last_used_at", INSTANT),
            entry("expires_at", "2027-03-06T09:29:43.378Z"),
            entry("position", 4711),
            entry("sequence", 3),
            entry("aggregate_type", "product"),
            entry("type", "product.price_changed"),
            entry("actor", "api_key:" + OTHER_ID),
            entry("actor_name", "CI"),
            entry("request_id", "b7e1c2aa-3f55-4c6e-9d6e-0c8f5a7a2f10"),
            entry("changes", Map.of("price", new HistoryEntry.Change(2900, 3900))),
            entry("access_expires_at", "2999-03-06T09:29:43Z"),
            entry("usage_count", 1842),
            entry("scopes", List.of("products:read", "users:write")),
            entry("email", "ada@example.com"),
            entry("full_name", "Ada Lovelace"),
            entry("total_products", 1),
            entry("total_value", 2900),
            entry("value", 2900),
            entry("revoked", true),
            entry("limit", 20),
            entry("password", "correct horse battery staple"),
            entry("is_expired", false),
            entry("features", List.of(new ProductDetails.Feature("Inside", List.of("40 brushes", "12 papers")))),
            entry("custom_price_presets", List.of(500, 1000, 2500)),
            entry("content_config", Map.of("content_items", List.of())),
            entry("custom_checkout_fields", List.of()),
            entry("preview_video_config", Map.of()),
            entry("bundle_item_count", 0),
            entry("projection", "product"),
            entry("collection", "product_v1_3"),
            entry("requested_by", "admin:" + OTHER_ID));

    private static final String HASH = "5f0e".repeat(16);
    private static final String MESSAGE_ID = "0199c0de-7a11-7000-8000-000000000007";

    /** Where the name alone doesn't say what is usual: by schema and field. */
    private static final Map<String, Object> USUAL_OF = Map.ofEntries(
            entry("WrittenProduct._warnings", List.of("Some categories do not exist and were not linked")),
            entry("Webhook.secret", "whsec_…Zk3q"),
            entry("Webhook.product_filter_mode", "selected"),
            entry("Webhook.has_custom_headers", true),
            entry("Webhook.custom_header_names", List.of("X-Tenant")),
            entry("DeliveryRate.deliveries", 10),
            entry("DeliveryRate.per", "second"),
            entry("WebhookEventDescription.name", "product.updated"),
            entry("WebhookEventDescription.description", "Something of a product is different"),
            entry("WebhookEventDescription.fires", true),
            entry("DeliveryEndpoint.url", "https://example.com/hooks"),
            entry("WebhookDelivery.message_id", MESSAGE_ID),
            entry("WebhookDelivery.status", "success"),
            entry("WebhookDelivery.attempt_count", 1),
            entry("WebhookDelivery.max_attempts", 11),
            entry("WebhookDelivery.http_status", 200),
            entry("WebhookDelivery.duration_ms", 84),
            entry("DeliveryAttempt.number", 1),
            entry("DeliveryAttempt.http_status", 200),
            entry("DeliveryAttempt.duration_ms", 84),
            entry("RetriedDeliveries.retried", 12),
            entry("ArchivedDelivery.archived", true),
            entry("MovedDelivery.status", "enqueued"),
            entry("DeliveryResult.success", true),
            entry("DeliveryResult.http_status", 200),
            entry("FeedDelivery.message_id", MESSAGE_ID),
            entry("FeedDelivery.status", "success"),
            entry("WebhookFeed.next_after", 3),
            entry("WebhookReplay.events", List.of("access.*", "product.updated")),
            entry("WebhookReplay.rate", 10),
            entry("WebhookReplay.to_position", 4711),
            entry("WebhookReplay.queued", 42),
            entry("WebhookReplay.status", "done"),
            entry("WebhookReplay.finished_at", INSTANT),
            entry("WebhookStatistics.delivered", 1200),
            entry("SignedHead.size", 4700),
            entry("SignedHead.last_position", 4711),
            entry("SignedHead.root", HASH),
            entry("SignedHead.key_id", HASH),
            entry("SignedHead.public_key", HASH),
            entry("SignedHead.signature", HASH.repeat(2)),
            entry("ListedHead.size", 4700),
            entry("ListedHead.last_position", 4711),
            entry("ListedHead.root", HASH),
            entry("ListedHead.key_id", HASH),
            entry("ListedHead.public_key", HASH),
            entry("ListedHead.signature", HASH.repeat(2)),
            entry("ListedHead.previous_size", 4690),
            entry("ListedHead.consistency", List.of(HASH)),
            entry("StoredEvent.event_id", ID),
            entry("StoredEvent.aggregate_id", OTHER_ID),
            entry("StoredEvent.revision", "1"),
            entry("StoredEvent.metadata", "{}"),
            entry("StoredEvent.payload", "{}"),
            entry("EventProof.leaf_hash", HASH),
            entry("EventProof.leaf_index", 4699),
            entry("EventProof.tree_size", 4700),
            entry("EventProof.inclusion", List.of(HASH)),
            entry("Replay.status", "running"),
            entry("Replay.started_at", INSTANT),
            entry("Replay.events_done", 4711),
            entry("Replay.events_total", 9000));

    private final Map<String, ObjectNode> components;

    Examples(Map<String, ObjectNode> components) {
        this.components = components;
    }

    /** A whole answer. */
    JsonNode of(ObjectNode schema) {
        return value("", "", schema, true);
    }

    /** A request: what has to be there, and what gives an example of itself. */
    ObjectNode request(ObjectNode schema) {
        ObjectNode value = (ObjectNode) value("", "", schema, false);
        // A body that only asks for something to be there is shown with the first that it takes.
        if (value.isEmpty() && schema.path("minProperties").asInt(0) > 0) {
            var first = schema.path("properties").properties().iterator().next();
            value.set(first.getKey(), value("", first.getKey(), (ObjectNode) first.getValue(), false));
        }
        return value;
    }

    /**
     * A value of a field, or of what a reference names.
     *
     * @param owner the named schema that it is in, or that it is
     */
    private JsonNode value(String owner, String name, ObjectNode schema, boolean everything) {
        Object exactly = USUAL_OF.get(owner + "." + name);
        if (exactly != null) return EventJson.CLIENT.valueToTree(exactly);
        if (schema.get("examples") instanceof ArrayNode examples) return examples.get(0);
        if (schema.has("$ref")) {
            String reference = schema.path("$ref").asString();
            return value(named(reference), name, resolved(reference), everything);
        }
        if (schema.get("anyOf") instanceof ArrayNode either)
            return value(owner, name, (ObjectNode) either.get(0), everything);
        JsonNode type = schema.path("type");
        Object usual = USUAL.get(name);
        if (usual instanceof Number && type.asString("").equals("string")) usual = usual.toString();
        if (usual instanceof String && type.asString("").equals("boolean")) usual = null;
        if (usual != null) return EventJson.CLIENT.valueToTree(usual);
        if (schema.get("enum") instanceof ArrayNode choices) return choices.get(0);
        if (type.isArray()) return NullNode.instance;
        return switch (type.asString("")) {
            case "object" -> object(owner, schema, everything);
            case "array" -> array(owner, schema, everything);
            case "string" -> RecordSchemas.JSON.stringNode(text(schema.get("format")));
            case "integer", "number" ->
                RecordSchemas.JSON.numberNode(schema.path("minimum").asInt(0));
            case "boolean" -> RecordSchemas.JSON.booleanNode(false);
            default -> RecordSchemas.JSON.objectNode();
        };
    }

    private JsonNode object(String owner, ObjectNode schema, boolean everything) {
        ObjectNode object = RecordSchemas.JSON.objectNode();
        List<String> required =
                schema.path("required").valueStream().map(JsonNode::asString).toList();
        schema.path("properties").properties().forEach(property -> {
            ObjectNode inner = (ObjectNode) property.getValue();
            if (everything || required.contains(property.getKey()) || inner.has("examples"))
                object.set(property.getKey(), value(owner, property.getKey(), inner, everything));
        });
        return object;
    }

    private JsonNode array(String owner, ObjectNode schema, boolean everything) {
        ArrayNode array = RecordSchemas.JSON.arrayNode();
        if (schema.path("items") instanceof ObjectNode items && !items.isEmpty())
            array.add(value(owner, "", items, everything));
        return array;
    }

    private static String text(@Nullable JsonNode format) {
        if (format == null) return "text";
        return switch (format.asString()) {
            case "uuid" -> ID;
            case "date-time" -> INSTANT;
            case "email" -> "ada@example.com";
            case "uri" -> "https://example.com";
            default -> "text";
        };
    }

    private static String named(String reference) {
        return reference.substring(reference.lastIndexOf('/') + 1);
    }

    private ObjectNode resolved(String reference) {
        ObjectNode component = components.get(named(reference));
        if (component == null) throw new AssertionError("Nothing is at " + reference);
        return component;
    }
}
