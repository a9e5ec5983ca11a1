package io.tillstream.query;

import static io.tillstream.query.platform.GivenEvents.request;

import io.tillstream.events.Mode;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.platform.GivenEvents;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** One GET, called as the edge would call it. */
record ReadRoute(Object controller, Method method, String path) {
    static List<ReadRoute> all(GivenEvents given) {
        List<ReadRoute> routes = new ArrayList<>();
        for (Object controller : given.controllers()) {
            String base = Objects.requireNonNull(controller.getClass().getAnnotation(RequestMapping.class))
                    .value()[0];
            for (Method method : controller.getClass().getDeclaredMethods()) {
                GetMapping mapping = method.getAnnotation(GetMapping.class);
                if (mapping == null) continue;
                method.setAccessible(true);
                routes.add(new ReadRoute(controller, method, base + String.join("", mapping.value())));
            }
        }
        return routes;
    }

    /** The route of a path; fails when there is none. */
    static ReadRoute of(GivenEvents given, String path) {
        return all(given).stream()
                .filter(route -> route.path.equals(path))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no GET " + path));
    }

    boolean shopWide() {
        return path.contains("api-keys");
    }

    boolean lists() {
        return method.isAnnotationPresent(ListParams.class);
    }

    boolean history() {
        return path.endsWith("/history");
    }

    /** Whether it shows one aggregate. */
    boolean single() {
        return path.endsWith("}") && method.getReturnType() == Answer.class;
    }

    boolean takes(Class<?> type) {
        return List.of(method.getParameterTypes()).contains(type);
    }

    /** What it answers; a list is asked for its first ten. */
    Object call(Mode mode, List<UUID> ids, AsOf asOf) {
        return call(mode, ids, asOf, Map.of());
    }

    /** As {@link #call(Mode, List, AsOf)}, with the query string's parameters for a list. */
    Object call(Mode mode, List<UUID> ids, AsOf asOf, Map<String, List<String>> query) {
        int[] next = {0};
        Object[] arguments = Arrays.stream(method.getParameters())
                .map(parameter -> argument(parameter, mode, ids, asOf, query, next))
                .toArray();
        try {
            return Objects.requireNonNull(method.invoke(controller, arguments));
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object argument(
            Parameter parameter, Mode mode, List<UUID> ids, AsOf asOf, Map<String, List<String>> query, int[] next) {
        Class<?> type = parameter.getType();
        if (type == Request.class) return request(mode);
        if (type == UUID.class) return ids.get(next[0]++);
        if (type == AsOf.class) return asOf;
        if (type != ListQuery.class) throw new AssertionError("What is " + parameter + "?");
        return ListQuery.of(Objects.requireNonNull(method.getAnnotation(ListParams.class)), query);
    }

    @Override
    public String toString() {
        return path;
    }
}
