package io.tillstream.http.body;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Text. Lengths are UTF-16 units, counted after normalisation. */
public final class TextField extends Field<String, TextField> {
    /** Forms are made anew for each request, and their patterns, which stand in the code, are not. */
    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    private boolean trimmed;
    private boolean lowerCased;
    private boolean upperCased;
    private int min;
    private int max = 1_000_000;
    private @Nullable Pattern pattern;
    private @Nullable String form;
    private @Nullable String format;

    TextField(String name) {
        super(name);
    }

    public TextField trimmed() {
        trimmed = true;
        return this;
    }

    public TextField lowerCased() {
        lowerCased = true;
        return this;
    }

    public TextField upperCased() {
        upperCased = true;
        return this;
    }

    /** In characters as JSON Schema counts them, which are Unicode's code points. */
    public TextField length(int min, int max) {
        this.min = min;
        this.max = max;
        return this;
    }

    /**
     * The whole text matches a pattern.
     *
     * @param form what the pattern demands, as it goes on after the field's name: {@code may hold only a-z, 0-9 and -}
     */
    public TextField matches(String regex, String form) {
        this.pattern = PATTERNS.computeIfAbsent(regex, Pattern::compile);
        this.form = form;
        return this;
    }

    /** Names the form in the schema ({@code email}, {@code uri}, {@code password}); checks nothing. */
    public TextField format(String format) {
        this.format = format;
        return this;
    }

    @Override
    @Nullable
    String read(JsonNode node, String path, Errors errors, Instant now) {
        if (!node.isString()) {
            errors.add(path, "must be a string");
            return null;
        }
        String text = node.stringValue();
        if (trimmed) text = text.strip();
        if (lowerCased) text = text.toLowerCase(Locale.ROOT);
        if (upperCased) text = text.toUpperCase(Locale.ROOT);
        int length = text.codePointCount(0, text.length());
        if (length < min || length > max) {
            errors.add(path, lengthRule(text));
            return null;
        }
        if (pattern != null && !pattern.matcher(text).matches()) {
            errors.add(path, String.valueOf(form));
            return null;
        }
        return text;
    }

    private String lengthRule(String text) {
        if (min == 1 && text.isEmpty()) return "must not be empty";
        if (min == max) return "must have " + max + " characters";
        return min > 0 ? "must have " + min + " to " + max + " characters" : "must have at most " + max + " characters";
    }

    @Override
    JsonNode write(String value) {
        return JSON.stringNode(value);
    }

    @Override
    void describe(ObjectNode schema) {
        schema.put("type", "string");
        if (format != null) schema.put("format", format);
        if (min > 0 && !takesEmpty()) schema.put("minLength", min);
        if (max < 1_000_000) schema.put("maxLength", max);
        // Patterns hold after normalisation, which a schema can't say: a client's "  ABC " may be fine.
        if (pattern != null && !trimmed && !lowerCased && !upperCased && portable(pattern))
            schema.put("pattern", "^(?:" + pattern + ")$");
    }

    /** Schemas have JavaScript's expressions, which know less than Java's. */
    private static boolean portable(Pattern pattern) {
        return !pattern.pattern().contains("\\p{") && !pattern.pattern().contains("\\x{");
    }

    @Override
    TextField self() {
        return this;
    }
}
