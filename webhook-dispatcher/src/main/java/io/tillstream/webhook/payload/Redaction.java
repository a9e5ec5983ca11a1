package io.tillstream.webhook.payload;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.WebhookEventName;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What remains of a body once the person in it was erased: what happened, when, and of the data what its event's schema declares,
 * without what is personal. Fields of the endpoint's own making may say anything, also under names of ours.
 */
public final class Redaction {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Set<String> PERSONAL = Set.of(
            "email",
            "firstName",
            "lastName",
            "companyName",
            "address",
            "city",
            "postalCode",
            "nip",
            "token", // a signed licence, which may name its owner
            "invoicePdfUrl");

    private Redaction() {}

    /**
     * What remains of a body.
     *
     * @param event the name under which it is sent, whatever the body says
     */
    public static String of(String event, String body) {
        JsonNode stored = EventJson.STORED.readTree(body);
        ObjectNode redacted = JSON.objectNode().put("event", event);
        instant(stored.path("timestamp")).ifPresent(at -> redacted.put("timestamp", at));
        Optional<ObjectNode> schema =
                WebhookEventName.of(event).map(Catalogue::of).map(Catalogue.Entry::data);
        ObjectNode data = redacted.putObject("data");
        if (schema.isPresent() && declared(schema.get(), stored.path("data")) instanceof ObjectNode known)
            data.setAll((ObjectNode) withoutPerson(known));
        return redacted.toString();
    }

    private static Optional<String> instant(JsonNode timestamp) {
        if (!timestamp.isString()) return Optional.empty();
        try {
            Instant.parse(timestamp.stringValue());
            return Optional.of(timestamp.stringValue());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static JsonNode declared(JsonNode schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            ObjectNode kept = JSON.objectNode();
            object.properties().forEach(member -> {
                JsonNode of = schema.path("properties").path(member.getKey());
                if (of.isObject()) kept.set(member.getKey(), declared(of, member.getValue()));
            });
            return kept;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode kept = JSON.arrayNode();
            if (schema.path("items").isObject()) array.forEach(item -> kept.add(declared(schema.path("items"), item)));
            return kept;
        }
        // what stands where the schema has an object or an array isn't ours
        return schema.has("properties") || schema.has("additionalProperties") || schema.has("items")
                ? JSON.nullNode()
                : value;
    }

    /** Wherever they are: in a customer, a buyer, a licence. */
    private static JsonNode withoutPerson(JsonNode value) {
        if (value instanceof ObjectNode object) {
            object.properties().forEach(member -> {
                if (PERSONAL.contains(member.getKey())) member.setValue(JSON.nullNode());
                else withoutPerson(member.getValue());
            });
            object.remove("customFields");
        }
        if (value instanceof ArrayNode array) array.forEach(Redaction::withoutPerson);
        return value;
    }
}
