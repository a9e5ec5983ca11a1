package io.tillstream.http.body;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.text.SafeText;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Parses what clients send, and refuses what no store of ours could keep, before any field is looked at. */
final class JsonInput {
    private static final int MAX_DEPTH = 64;

    /** BSON's decimals have 34 digits; greater exponents only serve to make somebody compute them. */
    private static final int MAX_DIGITS = 34;

    private static final int MAX_EXPONENT = 308;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(1_000)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private JsonInput() {}

    static ObjectNode object(byte @Nullable [] body, boolean optional) {
        if (body == null || body.length == 0) {
            if (optional) return JsonNodeFactory.instance.objectNode();
            throw new Invalid(ErrorCode.INVALID_INPUT, "A JSON object is expected as the request's body");
        }
        JsonNode parsed = parse(body);
        if (!(parsed instanceof ObjectNode object))
            throw new Invalid(ErrorCode.INVALID_INPUT, "The request's body must be a JSON object");
        inspect(object, "");
        return object;
    }

    private static JsonNode parse(byte[] body) {
        if (ofOtherEncoding(body))
            throw new Invalid(ErrorCode.INVALID_INPUT, "The request's body is not JSON in UTF-8");
        try {
            return MAPPER.readTree(body);
        } catch (StreamConstraintsException e) {
            throw new Invalid(
                    ErrorCode.INVALID_INPUT,
                    "The request's body is nested deeper than " + MAX_DEPTH + " levels or has an over-long number");
        } catch (NumberFormatException e) { // an exponent that is no int
            throw new Invalid(ErrorCode.INVALID_INPUT, "The request's body has a number too large or too precise");
        } catch (JacksonException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            boolean twice = String.valueOf(e.getOriginalMessage()).startsWith("Duplicate");
            throw new Invalid(
                    ErrorCode.INVALID_INPUT,
                    (twice ? "The request's body has a key twice" : "The request's body is not valid JSON") + where);
        }
    }

    /** UTF-16 and UTF-32, which the parser would guess: their marks, or the zeros in what can only be ASCII. */
    private static boolean ofOtherEncoding(byte[] body) {
        return body.length > 1 && (body[0] == 0 || body[1] == 0 || (body[0] & 0xff) >= 0xfe);
    }

    private static void inspect(JsonNode node, String path) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                for (Map.Entry<String, JsonNode> member : node.properties()) {
                    String name = member.getKey();
                    if (!SafeText.storable(name)) throw wrong(path + "_", "must not have NUL or unpaired surrogates");
                    inspect(member.getValue(), path.isEmpty() ? name : path + "." + name);
                }
            }
            case ARRAY -> {
                for (int i = 0; i < node.size(); i++) inspect(node.get(i), path + "." + i);
            }
            case STRING -> {
                if (!SafeText.storable(node.stringValue()))
                    throw wrong(path, "must not contain NUL characters or unpaired surrogates");
            }
            case NUMBER -> {
                if (tooBig(node)) throw wrong(path, "is a number too large or too precise");
            }
            case BOOLEAN, NULL, MISSING, BINARY, POJO -> {}
        }
    }

    private static boolean tooBig(JsonNode node) {
        if (node.isIntegralNumber()) return !node.canConvertToLong();
        BigDecimal value = node.decimalValue();
        long magnitude = (long) value.precision() - value.scale();
        return value.precision() > MAX_DIGITS || Math.abs(magnitude) > MAX_EXPONENT;
    }

    private static Invalid wrong(String path, String phrase) {
        return new Invalid(
                ErrorCode.VALIDATION_ERROR,
                "Invalid input: " + path + " " + phrase,
                Map.of(path, List.of(path + " " + phrase)));
    }
}
