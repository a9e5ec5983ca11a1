package io.tillstream.http;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.trace.Span;
import io.tillstream.http.access.Caller;
import io.tillstream.http.consistency.OwnWrites;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** What the edge finds out about one exchange, step by step. */
final class EdgeExchange {
    private static final String ATTRIBUTE = EdgeExchange.class.getName();

    final String requestId;
    final @Nullable String clientIp;

    /** From the request's arrival to its answer. */
    Span span = Span.getInvalid();

    @Nullable
    Caller caller;

    @Nullable
    String sessionToken;

    /** Why there is no caller; matters where one is needed. */
    @Nullable
    Throwable refused;

    /** Asks again whether the caller may do what it was let in for; fails when not. For answers that go on. */
    Mono<Caller> stillAllowed = Mono.error(new IllegalStateException("Nobody was let in"));

    /** What the caller wrote last. */
    long ownWrite = OwnWrites.NONE;

    @Nullable
    Request request;

    /** Whether the answer comes from the event store, so that there is nothing to wait for. */
    boolean readsStore;

    /** What the answer is kept by; null where it isn't kept. */
    KeptAnswers.@Nullable Key keptBy;

    /** Whether somebody has begun to read the body, and has come to its end. */
    boolean bodyAsked;

    boolean bodyRead;

    EdgeExchange(String requestId, @Nullable String clientIp) {
        this.requestId = requestId;
        this.clientIp = clientIp;
    }

    static EdgeExchange of(ServerWebExchange exchange) {
        return requireNonNull(orNull(exchange), "the edge's filter comes first");
    }

    /** Null when the exchange never came to the edge's filter. */
    static @Nullable EdgeExchange orNull(ServerWebExchange exchange) {
        Map<String, Object> attributes = exchange.getAttributes();
        return (EdgeExchange) attributes.get(ATTRIBUTE);
    }

    /** Whether a request only reads. */
    static boolean reads(ServerHttpRequest request) {
        return request.getMethod().equals(HttpMethod.GET) || request.getMethod().equals(HttpMethod.HEAD);
    }

    void attachTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }
}
