package io.tillstream.http;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.tillstream.events.Mode;
import io.tillstream.http.access.Caller;
import io.tillstream.http.access.Keys;
import io.tillstream.http.access.Scope;
import io.tillstream.http.consistency.OwnWrites;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.limit.KeyLimiter;
import io.tillstream.http.limit.Windows.Window;
import io.tillstream.http.session.Sessions;
import io.tillstream.http.text.SafeText;
import io.tillstream.http.trace.Traces;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * The first half of the edge, before a route is known: request id, headers, {@code OPTIONS}, who calls, how much is left.
 * {@link EdgeHandlerMapping} goes on from there. Never blocks.
 */
final class EdgeFilter implements WebFilter, Ordered {
    static final String REQUEST_ID = "X-Request-Id";
    private static final String API = "/api/";
    private static final Duration PATIENCE_WITH_BODIES = Duration.ofSeconds(2);
    private static final long MOST_UNREAD = 32 * 1024 * 1024;
    private static final String V1 = "/api/v1";
    private static final String METRICS = "/actuator/prometheus";

    private final Routes routes;
    private final ResponseHeaders responseHeaders;
    private final boolean trustedProxy;
    private final Keys keys;
    private final Sessions sessions;
    private final KeyLimiter limiter;
    private final @Nullable OwnWrites ownWrites;
    private final List<RequestListener> listeners;
    private final Traces traces;
    private final Clock clock;

    /** The parts that one exchange passes. */
    EdgeFilter(
            Routes routes,
            ResponseHeaders responseHeaders,
            boolean trustedProxy,
            Keys keys,
            Sessions sessions,
            KeyLimiter limiter,
            @Nullable OwnWrites ownWrites,
            List<RequestListener> listeners,
            Traces traces,
            Clock clock) {
        this.routes = routes;
        this.responseHeaders = responseHeaders;
        this.trustedProxy = trustedProxy;
        this.keys = keys;
        this.sessions = sessions;
        this.limiter = limiter;
        this.ownWrites = ownWrites;
        this.listeners = listeners;
        this.traces = traces;
        this.clock = clock;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 100;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        ServerHttpResponse response = exchange.getResponse();
        HttpHeaders sent = request.getHeaders();
        String path = request.getPath().value();
        EdgeExchange edge = new EdgeExchange(requestId(sent.getFirst(REQUEST_ID)), clientIp(request));
        edge.attachTo(exchange);
        response.beforeCommit(() -> leaveNothingUnread(request, response, edge));
        response.getHeaders().set(REQUEST_ID, edge.requestId);
        responseHeaders.write(response.getHeaders(), sent.getOrigin(), docs(path));
        if (request.getMethod().equals(HttpMethod.OPTIONS)) {
            response.setStatusCode(HttpStatus.OK);
            response.getHeaders().setContentLength(0);
            return response.setComplete();
        }
        if (path.equals(METRICS)) return metrics(exchange, edge, chain);
        if (!path.startsWith(API) && !path.equals(V1)) return chain.filter(exchange);
        if (!traces.on()) return answered(exchange, edge, chain);
        beginSpan(exchange, edge);
        return answered(exchange, edge, chain).doOnCancel(edge.span::end);
    }

    private Mono<Void> answered(ServerWebExchange exchange, EdgeExchange edge, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        String path = request.getPath().value();
        if (routes.isOpen(path)) return chain.filter(exchange);
        Mono<Caller> caller = authenticate(request, edge);
        // Below /api/v1 nobody learns what there is without a credential; elsewhere the route decides whether it needs
        // one.
        if (!path.startsWith(V1))
            caller = caller.onErrorResume(failure -> {
                edge.refused = failure;
                return Mono.empty();
            });
        return caller.flatMap(known -> {
                    edge.caller = known;
                    if (!listeners.isEmpty()) tellListeners(exchange, edge, known);
                    return spend(exchange, edge, known);
                })
                .then(Mono.defer(() -> chain.filter(exchange)));
    }

    /** It ends with the answer's first byte: whoever refuses a request may come after this filter. */
    private void beginSpan(ServerWebExchange exchange, EdgeExchange edge) {
        ServerHttpRequest request = exchange.getRequest();
        ServerHttpResponse response = exchange.getResponse();
        String method = request.getMethod().name();
        Span span = traces.begin(method, SpanKind.SERVER, request.getHeaders().getFirst(Traces.TRACEPARENT));
        edge.span = span;
        span.setAttribute("http.request.method", method);
        span.setAttribute("tillstream.request_id", edge.requestId);
        response.beforeCommit(() -> {
            HttpStatusCode status = response.getStatusCode();
            int code = status == null ? HttpStatus.OK.value() : status.value();
            if (edge.request != null) {
                span.updateName(method + " " + edge.request.route());
                span.setAttribute("http.route", edge.request.route());
            }
            span.setAttribute("http.response.status_code", code);
            if (code >= HttpStatus.INTERNAL_SERVER_ERROR.value()) span.setStatus(StatusCode.ERROR);
            span.end();
            return Mono.empty();
        });
    }

    /** Metrics tell how much is sold: for a session, or a key that may see the system's state. No limit is spent. */
    private Mono<Void> metrics(ServerWebExchange exchange, EdgeExchange edge, WebFilterChain chain) {
        return authenticate(exchange.getRequest(), edge).flatMap(caller -> {
            if (caller.kind() == Caller.Kind.SESSION || caller.scopes().contains(Scope.SYSTEM_READ))
                return chain.filter(exchange);
            throw Invalid.lacks(Scope.SYSTEM_READ);
        });
    }

    // A body that nobody read would stay in the connection, and the next request on it would wait behind it.
    private static Mono<Void> leaveNothingUnread(
            ServerHttpRequest request, ServerHttpResponse response, EdgeExchange edge) {
        HttpHeaders sent = request.getHeaders();
        boolean none = sent.getContentLength() <= 0 && sent.getFirst(HttpHeaders.TRANSFER_ENCODING) == null;
        if (none || edge.bodyRead || edge.bodyAsked) return Mono.empty();
        return request.getBody()
                .map(EdgeFilter::dropped)
                .scan(0L, Long::sum)
                .takeUntil(read -> read > MOST_UNREAD)
                .last(0L)
                .timeout(PATIENCE_WITH_BODIES)
                .onErrorReturn(Long.MAX_VALUE)
                .flatMap(read -> {
                    if (read > MOST_UNREAD) response.getHeaders().set(HttpHeaders.CONNECTION, "close");
                    return Mono.empty();
                });
    }

    private static long dropped(DataBuffer buffer) {
        long length = buffer.readableByteCount();
        DataBufferUtils.release(buffer);
        return length;
    }

    private static boolean docs(String path) {
        return path.equals("/docs") || path.startsWith("/docs/");
    }

    private static String requestId(@Nullable String sent) {
        return sent != null && SafeText.visibleAscii(sent, 128)
                ? sent
                : UUID.randomUUID().toString();
    }

    private @Nullable String clientIp(ServerHttpRequest request) {
        if (trustedProxy) {
            List<String> hops = request.getHeaders().getValuesAsList("X-Forwarded-For");
            String said = hops.isEmpty() ? request.getHeaders().getFirst("X-Real-IP") : hops.getLast();
            if (said != null && SafeText.visibleAscii(said, 64)) return said;
        }
        InetSocketAddress remote = request.getRemoteAddress();
        return remote == null || remote.getAddress() == null
                ? null
                : remote.getAddress().getHostAddress();
    }

    /** Session first, then key; contract: conventions §3. */
    private Mono<Caller> authenticate(ServerHttpRequest request, EdgeExchange edge) {
        HttpCookie cookie = request.getCookies().getFirst(Sessions.COOKIE);
        if (cookie == null || cookie.getValue().isEmpty()) return byKey(request, edge);
        String token = cookie.getValue();
        return Mono.fromCompletionStage(() -> sessions.find(token)).flatMap(found -> {
            if (found.isEmpty()) return byKey(request, edge);
            edge.sessionToken = token;
            Caller admin = admin(found.get(), request);
            edge.stillAllowed = Mono.fromCompletionStage(() -> sessions.look(token))
                    .flatMap(now -> now.isPresent() ? Mono.just(admin) : Mono.error(unauthenticated()));
            return Mono.just(admin);
        });
    }

    private static Caller admin(Sessions.Session session, ServerHttpRequest request) {
        return Caller.admin(session.adminId(), session.name(), mode(request));
    }

    private static Invalid unauthenticated() {
        return new Invalid(ErrorCode.UNAUTHORIZED, "Authentication required");
    }

    static Mode mode(ServerHttpRequest request) {
        return switch (request.getHeaders().getFirst("X-Tillstream-Mode")) {
            case null -> Mode.LIVE;
            case "live" -> Mode.LIVE;
            case "test" -> Mode.TEST;
            default -> throw new Invalid(ErrorCode.INVALID_INPUT, "Invalid X-Tillstream-Mode: must be live or test");
        };
    }

    private Mono<Caller> byKey(ServerHttpRequest request, EdgeExchange edge) {
        HttpHeaders sent = request.getHeaders();
        String key = Keys.in(sent.getFirst(HttpHeaders.AUTHORIZATION), sent.getFirst("X-API-Key"));
        if (key == null) return Mono.error(unauthenticated());
        edge.stillAllowed = Mono.defer(() -> keys.authenticate(key, edge.clientIp));
        return keys.authenticate(key, edge.clientIp);
    }

    private Mono<Void> spend(ServerWebExchange exchange, EdgeExchange edge, Caller caller) {
        CompletionStage<Long> own =
                ownWrites != null && EdgeExchange.reads(exchange.getRequest()) ? ownWrites.lastOf(caller) : null;
        Integer limit = caller.limitPerMinute();
        Mono<Void> spent = limit == null
                ? Mono.empty()
                : Mono.fromCompletionStage(limiter.spend(caller.id(), limit))
                        .flatMap(window -> judge(exchange, window));
        return own == null
                ? spent
                : spent.then(Mono.fromCompletionStage(own).doOnNext(position -> edge.ownWrite = position))
                        .then();
    }

    private Mono<Void> judge(ServerWebExchange exchange, Window window) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        long secondsLeft = window.secondsLeft(clock.millis());
        String limit = Integer.toString(window.limit());
        String remaining = Integer.toString(window.remaining());
        headers.set("RateLimit-Policy", "\"key\";q=" + limit + ";w=60");
        headers.set("RateLimit", "\"key\";r=" + remaining + ";t=" + secondsLeft);
        headers.set("X-RateLimit-Limit", limit);
        headers.set("X-RateLimit-Remaining", remaining);
        headers.set("X-RateLimit-Reset", Long.toString(Math.ceilDiv(window.endsAt(), 1_000)));
        if (window.passed()) return Mono.empty();
        return Mono.error(
                Invalid.tooMany("Rate limit exceeded. Maximum " + limit + " requests per minute.", secondsLeft));
    }

    private void tellListeners(ServerWebExchange exchange, EdgeExchange edge, Caller caller) {
        ServerHttpRequest request = exchange.getRequest();
        ServerHttpResponse response = exchange.getResponse();
        response.beforeCommit(() -> {
            var status = response.getStatusCode();
            for (RequestListener listener : listeners)
                listener.answered(
                        caller,
                        request.getMethod().name(),
                        request.getPath().value(),
                        status == null ? 200 : status.value(),
                        edge.clientIp,
                        clock.instant());
            return Mono.empty();
        });
    }
}
