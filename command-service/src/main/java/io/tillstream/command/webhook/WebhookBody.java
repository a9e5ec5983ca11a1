package io.tillstream.command.webhook;

import io.tillstream.events.webhook.DeliveryRate;
import io.tillstream.events.webhook.WebhookDetails;
import io.tillstream.events.webhook.WebhookEventName;
import io.tillstream.http.body.ArrayField;
import io.tillstream.http.body.Body;
import io.tillstream.http.body.BoolField;
import io.tillstream.http.body.ChoiceField;
import io.tillstream.http.body.TextField;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The fields of a webhook that can be written. contract: webhooks-api §3 */
abstract class WebhookBody extends Body {
    private static final int MOST_HEADERS = 20;
    private static final int MOST_EXTRA = 10_000;

    /** Those that a delivery needs as it makes them, or that only a connection may have. */
    private static final Set<String> TAKEN = Set.of(
            "connection",
            "content-length",
            "content-type",
            "expect",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "webhook-id",
            "webhook-signature",
            "webhook-timestamp");

    static final class CreateWebhookRequest extends WebhookBody {
        CreateWebhookRequest() {
            url().required();
            events().required();
            common();
            bool("is_active").defaultsTo(true).doc("Whether events are sent to it");
            strictOrder().defaultsTo(false);
            filterMode().defaultsTo(WebhookDetails.ALL);
            rule((values, errors, now) -> {
                if (WebhookDetails.SELECTED.equals(values.text("product_filter_mode"))
                        && none(values.uuids("product_ids")))
                    errors.add("product_ids", "are required when product_filter_mode is selected");
            });
        }
    }

    static final class UpdateWebhookRequest extends WebhookBody {
        UpdateWebhookRequest() {
            url();
            events();
            common();
            bool("is_active").doc("false drops what happens meanwhile; true also ends a suspension");
            strictOrder();
            filterMode();
            rule((values, errors, now) -> {
                if (values.has("product_ids") && !values.has("product_filter_mode"))
                    errors.add("product_ids", "need product_filter_mode beside them");
                if (WebhookDetails.SELECTED.equals(values.text("product_filter_mode"))
                        && none(values.uuids("product_ids")))
                    errors.add("product_ids", "are required when product_filter_mode is selected");
            });
        }
    }

    static final class RotateWebhookSecretRequest extends Body {
        RotateWebhookSecretRequest() {
            integer("grace_period_hours")
                    .range(0, 168)
                    .nullIsAbsent()
                    .defaultsTo(24)
                    .doc("How long deliveries are signed with the previous secret as well");
        }
    }

    final TextField url() {
        return text("url")
                .trimmed()
                .length(1, 2_048)
                .format("uri")
                .doc("Where events are posted to: HTTPS, and not in a private network")
                .example("https://example.com/hooks");
    }

    final ArrayField<String, TextField> events() {
        return texts("events")
                .size(1, 100)
                .distinct()
                .each(name -> name.check((value, now) -> WebhookEventName.subscribable(value)
                        ? null
                        : "must be an event such as access.granted, a group such as access.*, or *"))
                .doc("What it is told of: names, groups such as access.*, or *")
                .example(List.of("access.*", "product.updated"));
    }

    final ChoiceField filterMode() {
        return choice("product_filter_mode", WebhookDetails.ALL, WebhookDetails.SELECTED)
                .doc("Whether it is told of all products, or of those in product_ids only");
    }

    final BoolField strictOrder() {
        return bool("strict_order")
                .doc("Send each delivery only when the one before it is accepted or given up; slower, and a failing one"
                        + " holds up those behind it");
    }

    final void common() {
        text("description")
                .length(0, 500)
                .emptyIsNull()
                .nullable()
                .doc("For people")
                .example("Mailing list");
        uuids("product_ids")
                .size(0, 50)
                .distinct()
                .doc("At least one when product_filter_mode is selected; of no account otherwise");
        any("custom_headers")
                .nullable()
                .check((headers, now) -> wrongHeader(headers))
                .doc("Sent with each delivery; values are stored encrypted and never shown again")
                .example(Map.of("X-Tenant", "acme"));
        any("custom_payload_fields")
                .nullable()
                .check((fields, now) -> fields.toString().length() > MOST_EXTRA
                        ? "must have at most " + MOST_EXTRA + " characters as JSON"
                        : null)
                .doc("Added to each payload; {{ placeholders }} in texts are filled in")
                .example(Map.of("title", "New: {{ product_name }}"));
        texts("payload_field_selection")
                .size(0, 100)
                .nullable()
                .doc("The keys of a payload's data that are sent; all if null")
                .example(List.of("customer", "product"));
        object("rate_limit", rate -> {
                    rate.integer("deliveries").required().range(1, 1_000).doc("At most so many");
                    rate.choice("per", DeliveryRate.SECOND, DeliveryRate.MINUTE).required();
                })
                .nullable()
                .doc("How fast deliveries follow each other at most, evenly spaced; none if null")
                .example(new TreeMap<>(Map.of("deliveries", 10, "per", "second")));
    }

    private static boolean none(@Nullable List<UUID> ids) {
        return ids == null || ids.isEmpty();
    }

    private static @Nullable String wrongHeader(ObjectNode headers) {
        if (headers.size() > MOST_HEADERS) return "must have at most " + MOST_HEADERS + " headers";
        for (Map.Entry<String, JsonNode> header : headers.properties()) {
            String name = header.getKey();
            if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")) return "must have header names as HTTP allows them";
            if (TAKEN.contains(name.toLowerCase(Locale.ROOT))) return "must not have a header " + name;
            JsonNode value = header.getValue();
            if (!value.isString() || !value.stringValue().matches("[\\x20-\\x7e]{0,4096}"))
                return "must have values of at most 4,096 visible ASCII characters";
        }
        long distinct = headers.propertyNames().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .count();
        return distinct < headers.size() ? "must have each header once, whatever its case" : null;
    }
}
