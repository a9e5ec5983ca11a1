package io.tillstream.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.text.SafeText;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A query string, read strictly: what doesn't decode is the client's error and not a question mark in a search. */
final class Query {
    private Query() {}

    static Map<String, List<String>> parse(@Nullable String raw) {
        if (raw == null || raw.isEmpty()) return Map.of();
        Map<String, List<String>> query = new LinkedHashMap<>();
        int start = 0;
        while (start <= raw.length()) {
            int end = raw.indexOf('&', start);
            if (end < 0) end = raw.length();
            if (end > start) add(raw.substring(start, end), query);
            start = end + 1;
        }
        return query;
    }

    private static void add(String pair, Map<String, List<String>> query) {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals), "query");
        String value = equals < 0 ? "" : decode(pair.substring(equals + 1), name);
        query.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
    }

    private static String decode(String raw, String name) {
        String text = plain(raw) ? raw : decoded(raw, name);
        if (!SafeText.storable(text)) throw invalid(name, "must not contain NUL characters or unpaired surrogates");
        return text;
    }

    private static boolean plain(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%' || c == '+') return false;
        }
        return true;
    }

    private static String decoded(String raw, String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        int i = 0;
        while (i < raw.length()) {
            int codePoint = raw.codePointAt(i);
            if (codePoint == '%') {
                int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
                int low = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) throw invalid(name, "is not percent-encoded correctly");
                bytes.write(high * 16 + low);
                i += 3;
            } else {
                bytes.writeBytes(
                        codePoint == '+'
                                ? new byte[] {' '}
                                : Character.toString(codePoint).getBytes(UTF_8));
                i += Character.charCount(codePoint);
            }
        }
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw invalid(name, "is not valid UTF-8");
        }
    }

    private static Invalid invalid(String name, String phrase) {
        String shown = SafeText.storable(name) ? name : "query";
        return new Invalid(
                ErrorCode.INVALID_INPUT,
                "Invalid query parameter " + shown + ": it " + phrase,
                Map.of(shown, List.of(shown + " " + phrase)));
    }
}
