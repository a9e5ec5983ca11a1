package io.tillstream.http.body;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What is wrong with a body, keyed by field; nested ones dotted: {@code features.0.title}. */
public final class Errors {
    private static final int MOST = 100;

    private final Map<String, List<String>> byField = new LinkedHashMap<>();
    private int count;

    Errors() {}

    /**
     * Notes what is wrong with a field.
     *
     * @param phrase goes on after the field's name, such as {@code must be in the future}
     */
    public void add(String field, String phrase) {
        if (count++ >= MOST) return;
        byField.computeIfAbsent(field, f -> new ArrayList<>()).add(field + " " + phrase);
    }

    public boolean isEmpty() {
        return byField.isEmpty();
    }

    int count() {
        return count;
    }

    void raise() {
        if (byField.isEmpty()) return;
        String message =
                byField.values().stream().flatMap(List::stream).limit(3).collect(Collectors.joining("; "));
        if (count > 3) message += "; and " + (count - 3) + " more";
        throw new Invalid(ErrorCode.VALIDATION_ERROR, "Invalid input: " + message, byField);
    }
}
