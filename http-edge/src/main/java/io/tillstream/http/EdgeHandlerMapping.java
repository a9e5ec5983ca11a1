package io.tillstream.http;

import io.tillstream.http.access.Access;
import io.tillstream.http.access.Caller;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.text.SafeText;
import io.tillstream.http.text.Uuids;
import io.tillstream.http.trace.Traces;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.pattern.PathPattern;
import reactor.core.publisher.Mono;

/**
 * The second half of the edge, once the route is known: what the caller may, same origin, ids, query, headers, body; in that
 * order, which is the contract's.
 */
final class EdgeHandlerMapping extends RequestMappingHandlerMapping {
    static final int MAX_BODY = 1 << 20;
    private static final byte[] NOTHING = {};
    private static final Pattern CAPITAL = Pattern.compile("([A-Z])");

    private final Routes routes;
    private final @Nullable String site;
    private final boolean trustedProxy;

    EdgeHandlerMapping(Routes routes, @Nullable String site, boolean trustedProxy) {
        this.routes = routes;
        this.site = site;
        this.trustedProxy = trustedProxy;
    }

    @Override
    protected void registerHandlerMethod(Object handler, Method method, RequestMappingInfo mapping) {
        routes.register(
                method,
                mapping.getMethodsCondition().getMethods().stream()
                        .map(Enum::name)
                        .toList(),
                mapping.getPatternsCondition().getPatterns().stream()
                        .map(PathPattern::getPatternString)
                        .toList());
        super.registerHandlerMethod(handler, method, mapping);
    }

    @Override
    public Mono<HandlerMethod> getHandlerInternal(ServerWebExchange exchange) {
        return super.getHandlerInternal(exchange).flatMap(handler -> {
            Route route = routes.of(handler.getMethod());
            return route == null ? Mono.just(handler) : admit(exchange, route).thenReturn(handler);
        });
    }

    private Mono<Void> admit(ServerWebExchange exchange, Route route) {
        EdgeExchange edge = EdgeExchange.of(exchange);
        ServerHttpRequest sent = exchange.getRequest();
        HttpMethod method = sent.getMethod();
        boolean reads = EdgeExchange.reads(sent);
        authorize(route.access(), edge);
        edge.stillAllowed = edge.stillAllowed.doOnNext(now -> authorize(route.access(), now));
        Caller caller = edge.caller;
        if (!reads && caller != null && caller.kind() == Caller.Kind.SESSION) sameOrigin(sent);
        pathVariables(exchange, route);
        // A key's prefix decides for it; but who misspells the mode shall not take live data for test data.
        if (caller != null) EdgeFilter.mode(sent);
        HttpHeaders headers = sent.getHeaders();
        Request.Builder request = Request.builder(method.name(), sent.getPath().value())
                .route(route.pattern())
                .caller(caller)
                .requestId(edge.requestId)
                .traceparent(Traces.traceparent(edge.span))
                .clientIp(edge.clientIp)
                .sessionToken(edge.sessionToken)
                .host(host(headers))
                .query(Query.parse(sent.getURI().getRawQuery()))
                .idempotencyKey(idempotencyKey(headers))
                .ifMatch(headers.getFirst(HttpHeaders.IF_MATCH))
                .lastEventId(headers.getFirst("Last-Event-ID"));
        if (reads) {
            edge.request = request.build();
            edge.readsStore = route.readsStore(edge.request.query());
            if (route.kept() && !edge.readsStore && caller != null)
                edge.keptBy = new KeptAnswers.Key(
                        caller.mode(), sent.getPath().value(), sent.getURI().getRawQuery());
            return Mono.empty();
        }
        return body(sent, edge)
                .doOnNext(body -> edge.request = request.body(body).build())
                .then();
    }

    private static void authorize(Access access, EdgeExchange edge) {
        if (access instanceof Access.Open) return;
        Caller caller = edge.caller;
        if (caller == null) {
            if (edge.refused instanceof RuntimeException refused) throw refused;
            throw new Invalid(ErrorCode.UNAUTHORIZED, "Authentication required");
        }
        authorize(access, caller);
    }

    private static void authorize(Access access, Caller caller) {
        if (caller.kind() == Caller.Kind.SESSION) return;
        switch (access) {
            case Access.Open() -> {}
            case Access.Session() ->
                throw new Invalid(ErrorCode.UNAUTHORIZED, "An admin session is needed here; API keys are not accepted");
            case Access.Scoped(var scope) -> {
                if (!caller.scopes().contains(scope)) throw Invalid.lacks(scope);
            }
            case Access.EveryScope() -> {
                if (!caller.mayAll())
                    throw new Invalid(
                            ErrorCode.FORBIDDEN,
                            "This API key lacks permissions: a key with every scope is needed here");
            }
        }
    }

    /** Another site must not act through an admin's browser; contract decision 12. */
    private void sameOrigin(ServerHttpRequest sent) {
        HttpHeaders headers = sent.getHeaders();
        String origin = headers.getOrigin();
        if (origin != null && (origin.equals(site) || origin.equalsIgnoreCase(ownOrigin(sent)))) return;
        throw new Invalid(
                ErrorCode.FORBIDDEN,
                "A session's changes need an Origin header that names this site; no permission for another one");
    }

    private String ownOrigin(ServerHttpRequest sent) {
        HttpHeaders headers = sent.getHeaders();
        String scheme = sent.getURI().getScheme();
        String host = headers.getFirst(HttpHeaders.HOST);
        if (trustedProxy) {
            List<String> schemes = headers.getValuesAsList("X-Forwarded-Proto");
            List<String> hosts = headers.getValuesAsList("X-Forwarded-Host");
            if (!schemes.isEmpty()) scheme = schemes.getLast();
            if (!hosts.isEmpty()) host = hosts.getLast();
        }
        return scheme + "://" + host;
    }

    private static String host(HttpHeaders headers) {
        InetSocketAddress host = headers.getHost();
        return host == null ? "" : host.getHostString();
    }

    private static void pathVariables(ServerWebExchange exchange, Route route) {
        Map<String, String> variables = exchange.getAttributeOrDefault(
                HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE, Map.<String, String>of());
        variables.forEach((name, value) -> {
            if (route.uuids().contains(name)) {
                if (!Uuids.wellFormed(value)) throw inPath(name, "must be a UUID");
            } else if (!SafeText.storable(value)) {
                throw inPath(name, "must not contain NUL characters or unpaired surrogates");
            }
        });
    }

    private static Invalid inPath(String variable, String phrase) {
        String name = CAPITAL.matcher(variable).replaceAll("_$1").toLowerCase(Locale.ROOT);
        return new Invalid(
                ErrorCode.INVALID_INPUT,
                "Invalid " + name + " in the path: " + phrase,
                Map.of(name, List.of(name + " " + phrase)));
    }

    private static @Nullable String idempotencyKey(HttpHeaders headers) {
        String key = headers.getFirst("Idempotency-Key");
        if (key == null || SafeText.visibleAscii(key, 255)) return key;
        throw new Invalid(
                ErrorCode.INVALID_INPUT, "Invalid Idempotency-Key: 1 to 255 visible ASCII characters are expected");
    }

    private static Mono<byte[]> body(ServerHttpRequest sent, EdgeExchange edge) {
        long length = sent.getHeaders().getContentLength();
        if (length > MAX_BODY) return Mono.error(tooLarge());
        if (length == 0 || (length < 0 && sent.getHeaders().getFirst(HttpHeaders.TRANSFER_ENCODING) == null))
            return Mono.just(NOTHING);
        edge.bodyAsked = true;
        return DataBufferUtils.join(sent.getBody(), MAX_BODY)
                .map(EdgeHandlerMapping::bytes)
                .onErrorMap(DataBufferLimitException.class, e -> tooLarge())
                .defaultIfEmpty(NOTHING)
                .doOnNext(body -> edge.bodyRead = true);
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private static Invalid tooLarge() {
        return new Invalid(ErrorCode.PAYLOAD_TOO_LARGE, "Request body too large: at most " + MAX_BODY + " bytes");
    }
}
