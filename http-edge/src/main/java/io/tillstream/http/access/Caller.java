package io.tillstream.http.access;

import io.tillstream.events.Mode;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request.
 *
 * @param id of the API key or the admin
 * @param name the key's name, or the admin's
 * @param mode the data this request acts on, live or test
 * @param scopes with implied ones
 * @param limitPerMinute null for none
 */
public record Caller(
        Kind kind,
        UUID id,
        String name,
        Mode mode,
        Set<Scope> scopes,
        @Nullable Integer limitPerMinute) {
    public enum Kind {
        API_KEY,
        SESSION
    }

    public static Caller admin(UUID id, String name, Mode mode) {
        return new Caller(Kind.SESSION, id, name, mode, Scope.ALL, null);
    }

    /** As event metadata names it. */
    public String actor() {
        return switch (kind) {
            case API_KEY -> "api_key:" + id;
            case SESSION -> "admin:" + id;
        };
    }

    public boolean mayAll() {
        return scopes.size() == Scope.ALL.size();
    }
}
