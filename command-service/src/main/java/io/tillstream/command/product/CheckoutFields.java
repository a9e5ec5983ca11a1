package io.tillstream.command.product;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks the fields that a seller adds to the buyer's form; they are kept exactly as sent. */
final class CheckoutFields {
    private static final Pattern ID = Pattern.compile("[a-z0-9_-]{1,64}");
    private static final Set<String> FORBIDDEN = Set.of("__proto__", "prototype", "constructor");
    private static final Set<String> TYPES = Set.of("text", "textarea", "email", "domain");
    private static final String RESERVED = "_sellf_";
    private static final String LICENSE_DOMAIN = "_sellf_license_domain";

    private CheckoutFields() {}

    /** What is wrong with them, as it goes on after the field's name; null if nothing is. */
    static @Nullable String wrong(List<ObjectNode> fields) {
        Set<String> claims = new HashSet<>();
        for (int i = 0; i < fields.size(); i++) {
            String wrong = wrong(fields.get(i), claims);
            if (wrong != null) return "has a bad field at " + i + ": " + wrong;
        }
        return null;
    }

    private static @Nullable String wrong(ObjectNode field, Set<String> claims) {
        String id = field.path("id").asString("");
        String type = field.path("type").asString("");
        if (!field.path("id").isString() || !ID.matcher(id).matches() || FORBIDDEN.contains(id))
            return "id must be 1 to 64 of a-z, 0-9, _ and -";
        if (!field.path("type").isString() || !TYPES.contains(type))
            return "type must be one of text, textarea, email, domain";
        if (id.startsWith(RESERVED) && !(id.equals(LICENSE_DOMAIN) && type.equals("domain")))
            return "ids that begin with " + RESERVED + " are reserved";
        if (!claims.add(id.replace('-', '_'))) return "id is there already";
        if (!label(field.path("label"))) return "label must be a text of 1 to 200 characters, or {en, pl}";
        if (!field.path("required").isBoolean()) return "required must be true or false";
        JsonNode maxLength = field.path("max_length");
        if (!maxLength.isMissingNode() && !(maxLength.isIntegralNumber() && within(maxLength.asLong(0), 1, 500)))
            return "max_length must be an integer between 1 and 500";
        JsonNode placeholder = field.path("placeholder");
        if (!placeholder.isMissingNode()
                && !(placeholder.isString() && placeholder.stringValue().length() <= 200))
            return "placeholder must have at most 200 characters";
        return null;
    }

    private static boolean label(JsonNode label) {
        if (label.isString())
            return !label.stringValue().isBlank() && label.stringValue().length() <= 200;
        return label.isObject()
                && !label.isEmpty()
                && label.properties().stream()
                        .allMatch(language -> Set.of("en", "pl").contains(language.getKey())
                                && language.getValue().isString()
                                && !language.getValue().stringValue().isBlank()
                                && language.getValue().stringValue().length() <= 200);
    }

    private static boolean within(long value, long min, long max) {
        return value >= min && value <= max;
    }
}
