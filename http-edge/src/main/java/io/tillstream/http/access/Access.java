package io.tillstream.http.access;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who may call a route, as its handler declares it. */
public sealed interface Access {
    /** Anybody. */
    record Open() implements Access {}

    /** An admin session. */
    record Session() implements Access {}

    /** A session, or a key with this scope. */
    record Scoped(Scope scope) implements Access {}

    /** A session, or a key with every scope. */
    record EveryScope() implements Access {}

    /** What a handler declares; empty when it says nothing, or more than one thing. */
    static Optional<Access> declaredBy(Method handler) {
        List<Access> declared = new ArrayList<>();
        if (handler.isAnnotationPresent(Public.class)) declared.add(new Open());
        if (handler.isAnnotationPresent(SessionOnly.class)) declared.add(new Session());
        if (handler.isAnnotationPresent(RequiresEveryScope.class)) declared.add(new EveryScope());
        RequiresScope scoped = handler.getAnnotation(RequiresScope.class);
        if (scoped != null) declared.add(new Scoped(scoped.value()));
        return declared.size() == 1 ? Optional.of(declared.getFirst()) : Optional.empty();
    }
}
