package io.tillstream.webhook.payload;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.WebhookEventName;
import io.tillstream.http.text.Uuids;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What remains of a body once the person in it was erased: what happened, when, ids and numbers. Fields of the endpoint's own making
 * may say anything, also under names of ours, so that no text stays.
 */
public final class Redaction {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

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
        if (schema.isPresent() && kept(schema.get(), stored.path("data")) instanceof ObjectNode known)
            data.setAll(known);
        return redacted.toString();
    }

    private static Optional<String> instant(JsonNode timestamp) {
        return timestamp.isString() && isTime(timestamp.stringValue())
                ? Optional.of(timestamp.stringValue())
                : Optional.empty();
    }

    /** Of what a schema declares, all but texts: an id and a time are those that are one. */
    private static JsonNode kept(JsonNode schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            ObjectNode kept = JSON.objectNode();
            object.properties().forEach(member -> {
                JsonNode of = schema.path("properties").path(member.getKey());
                if (of.isObject()) kept.set(member.getKey(), kept(of, member.getValue()));
            });
            return kept;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode kept = JSON.arrayNode();
            if (schema.path("items").isObject()) array.forEach(item -> kept.add(kept(schema.path("items"), item)));
            return kept;
        }
        if (!value.isString()) return value;
        String text = value.stringValue();
        boolean is = switch (schema.path("format").asString("")) {
            case "uuid" -> Uuids.parse(text).isPresent();
            case "date-time" -> isTime(text);
            default -> false;
        };
        return is ? value : JSON.nullNode();
    }

    private static boolean isTime(String text) {
        try {
            Instant.parse(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
