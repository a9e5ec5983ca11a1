package io.tillstream.http;

import io.tillstream.http.access.Access;
import io.tillstream.http.body.Body;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.consistency.Kept;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.time.AsOf;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;

/** Every route of this service; read once from the handlers, when they are registered. */
public final class Routes {
    private final List<Route> all = new CopyOnWriteArrayList<>();
    private final Map<Method, Route> byHandler = new ConcurrentHashMap<>();
    private final Map<Class<? extends Body>, Body> bodies = new ConcurrentHashMap<>();
    private final Set<String> open = ConcurrentHashMap.newKeySet();

    Routes() {}

    public List<Route> all() {
        return Collections.unmodifiableList(all);
    }

    /** Null for a handler that isn't ours. */
    @Nullable
    Route of(Method handler) {
        return byHandler.get(handler);
    }

    /** Whether a path without variables is one that anybody may ask for. */
    boolean isOpen(String path) {
        return open.contains(path);
    }

    void register(Method handler, Collection<String> methods, Collection<String> patterns) {
        Access access = Access.declaredBy(handler)
                .orElseThrow(() -> new IllegalStateException(handler
                        + " must have exactly one of @RequiresScope, @RequiresEveryScope, @SessionOnly and @Public"));
        if (methods.isEmpty()) throw new IllegalStateException(handler + " must say which HTTP method it answers");
        JsonBody json = Arrays.stream(handler.getParameters())
                .map(parameter -> parameter.getAnnotation(JsonBody.class))
                .filter(annotation -> annotation != null)
                .findFirst()
                .orElse(null);
        Body body = json == null ? null : bodies.computeIfAbsent(json.value(), Routes::make);
        for (String pattern : patterns) {
            if (access instanceof Access.Open) open.add(pattern);
            for (String method : methods) {
                Route route = new Route(
                        method,
                        pattern,
                        handler,
                        access,
                        uuids(handler),
                        body,
                        json != null && json.optional(),
                        handler.getAnnotation(ListParams.class),
                        handler.isAnnotationPresent(FromStore.class),
                        List.of(handler.getParameterTypes()).contains(AsOf.class),
                        handler.isAnnotationPresent(Kept.class));
                all.add(route);
                byHandler.put(handler, route);
            }
        }
    }

    private static Body make(Class<? extends Body> type) {
        try {
            Constructor<? extends Body> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " can't be made", e);
        }
    }

    private static List<String> uuids(Method handler) {
        List<String> names = new ArrayList<>();
        for (Parameter parameter : handler.getParameters()) {
            PathVariable variable = parameter.getAnnotation(PathVariable.class);
            if (variable == null || parameter.getType() != UUID.class) continue;
            names.add(variable.value().isEmpty() ? parameter.getName() : variable.value());
        }
        return List.copyOf(names);
    }
}
