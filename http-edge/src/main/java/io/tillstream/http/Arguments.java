package io.tillstream.http;

import static java.util.Objects.requireNonNull;

import io.tillstream.http.body.Body;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.time.AsOf;
import java.lang.reflect.Method;
import java.time.Clock;
import org.springframework.core.MethodParameter;
import org.springframework.web.reactive.BindingContext;
import org.springframework.web.reactive.result.method.SyncHandlerMethodArgumentResolver;
import org.springframework.web.server.ServerWebExchange;

/** What handlers take: the {@link Request}, a checked body, a checked list query, the instant to show. */
final class Arguments implements SyncHandlerMethodArgumentResolver {
    private final Routes routes;
    private final Clock clock;

    Arguments(Routes routes, Clock clock) {
        this.routes = routes;
        this.clock = clock;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        Class<?> type = parameter.getParameterType();
        return type == Request.class
                || type == ListQuery.class
                || type == AsOf.class
                || (type == Values.class && parameter.hasParameterAnnotation(JsonBody.class));
    }

    @Override
    public Object resolveArgumentValue(MethodParameter parameter, BindingContext binding, ServerWebExchange exchange) {
        Request request = requireNonNull(EdgeExchange.of(exchange).request, "the edge admits before it binds");
        Class<?> type = parameter.getParameterType();
        if (type == Request.class) return request;
        if (type == AsOf.class) return AsOf.of(request.query(), clock.instant());
        Route route = route(parameter);
        if (type == ListQuery.class) {
            ListParams params = requireNonNull(route.list(), "a list needs @ListParams");
            return ListQuery.of(params, request.query());
        }
        Body body = requireNonNull(route.body());
        return body.read(request.body(), route.bodyOptional(), clock.instant());
    }

    private Route route(MethodParameter parameter) {
        Method handler = requireNonNull(parameter.getMethod());
        return requireNonNull(routes.of(handler), "not registered");
    }
}
