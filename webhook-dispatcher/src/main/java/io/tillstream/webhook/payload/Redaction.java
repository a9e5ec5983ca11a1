package io.tillstream.webhook.payload;

import io.tillstream.events.envelope.EventJson;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What remains of a body once the person in it was erased: what happened, when, and ids. */
public final class Redaction {
    private static final Set<String> KEPT = Set.of("event", "timestamp", "data");
    private static final Set<String> PERSONAL = Set.of("email", "firstName", "lastName", "companyName", "address");

    private Redaction() {}

    public static String of(String body) {
        JsonNode stored = EventJson.STORED.readTree(body);
        ObjectNode redacted = JsonNodeFactory.instance.objectNode();
        // fields of the endpoint's own making may say anything
        stored.properties().forEach(member -> {
            if (KEPT.contains(member.getKey())) redacted.set(member.getKey(), member.getValue());
        });
        redacted.set(
                "data",
                redacted.get("data") instanceof ObjectNode data
                        ? withoutPerson(data)
                        : JsonNodeFactory.instance.objectNode());
        return redacted.toString();
    }

    private static ObjectNode withoutPerson(ObjectNode data) {
        ObjectNode copy = data.deepCopy();
        if (copy.get("customer") instanceof ObjectNode customer)
            for (String field : PERSONAL) if (customer.has(field)) customer.putNull(field);
        copy.remove("invoice");
        copy.remove("customFields");
        return copy;
    }
}
