package io.tillstream.webhook.payload;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.WebhookDetails;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A body as one endpoint wants it. contract: webhook-delivery §5 */
public final class Customization {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{ *([A-Za-z0-9_.]+) *}}");

    private Customization() {}

    /** The body that is stored, signed and sent. */
    public static ObjectNode body(String event, Instant at, ObjectNode data, WebhookDetails details) {
        ObjectNode body = Catalogue.body(event, at, selected(data, details.payloadFieldSelection()));
        Map<String, @Nullable Object> extra = details.customPayloadFields();
        if (extra == null || extra.isEmpty()) return body;
        Map<String, String> values = placeholders(data);
        ObjectNode fields = (ObjectNode) EventJson.STORED.<JsonNode>valueToTree(extra);
        fields.properties().forEach(field -> body.set(field.getKey(), filled(field.getValue(), values)));
        return body;
    }

    private static ObjectNode selected(ObjectNode data, @Nullable List<String> keys) {
        if (keys == null) return data;
        ObjectNode selected = JsonNodeFactory.instance.objectNode();
        data.properties().forEach(member -> {
            if (keys.contains(member.getKey())) selected.set(member.getKey(), member.getValue());
        });
        return selected;
    }

    private static JsonNode filled(JsonNode node, Map<String, String> values) {
        if (node.isString()) return JsonNodeFactory.instance.stringNode(filled(node.stringValue(), values));
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(member -> copy.set(member.getKey(), filled(member.getValue(), values)));
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(item -> copy.add(filled(item, values)));
            return copy;
        }
        return node;
    }

    private static String filled(String text, Map<String, String> values) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), "")));
    }

    private static Map<String, String> placeholders(ObjectNode data) {
        Map<String, String> values = new HashMap<>();
        put(values, "email", data.at("/customer/email"));
        put(values, "first_name", data.at("/customer/firstName"));
        put(values, "last_name", data.at("/customer/lastName"));
        put(values, "product_name", data.at("/product/name"));
        put(values, "product_slug", data.at("/product/slug"));
        JsonNode order = data.path("order");
        put(values, "amount", order.path("amount"));
        put(values, "currency", order.path("currency"));
        put(values, "order_id", order.path("paymentIntentId"));
        if (!values.containsKey("order_id")) put(values, "order_id", order.path("sessionId"));
        if (order.path("amount").isIntegralNumber())
            values.put(
                    "amount_major",
                    major(
                            order.path("amount").longValue(),
                            order.path("currency").asString("")));
        data.path("customFields")
                .forEach(field -> put(values, "custom_" + field.path("id").asString(""), field.path("value")));
        return values;
    }

    private static void put(Map<String, String> values, String name, JsonNode value) {
        if (value.isValueNode() && !value.isNull() && !value.isMissingNode()) values.put(name, value.asString());
    }

    private static String major(long minor, String currency) {
        int digits = 2;
        try {
            digits = Currency.getInstance(currency.toUpperCase(Locale.ROOT)).getDefaultFractionDigits();
        } catch (IllegalArgumentException e) {
            // a currency that ISO 4217 doesn't know has two digits, as most have
        }
        return BigDecimal.valueOf(minor, digits).toPlainString();
    }
}
