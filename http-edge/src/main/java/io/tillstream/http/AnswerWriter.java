package io.tillstream.http;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.access.Caller;
import io.tillstream.http.consistency.OwnWrites;
import io.tillstream.http.list.Listing;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.reactive.HandlerResultHandler;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Writes what handlers return as {@link Answer} or {@link Listing}, whatever the request accepts: there is only JSON. */
final class AnswerWriter implements HandlerResultHandler, Ordered {
    private final OwnWrites ownWrites;

    AnswerWriter(OwnWrites ownWrites) {
        this.ownWrites = ownWrites;
    }

    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    public boolean supports(HandlerResult result) {
        Object value = result.getReturnValue();
        return value instanceof Answer<?> || value instanceof Listing<?>;
    }

    @Override
    public Mono<Void> handleResult(ServerWebExchange exchange, HandlerResult result) {
        Object value = result.getReturnValue();
        if (value instanceof Answer<?> answer) return write(exchange, answer);
        return json(exchange.getResponse(), 200, EventJson.CLIENT.writeValueAsBytes(value));
    }

    private Mono<Void> write(ServerWebExchange exchange, Answer<?> answer) {
        ServerHttpResponse response = exchange.getResponse();
        HttpHeaders headers = response.getHeaders();
        answer.headers().forEach(headers::set);
        String etag = answer.etag();
        if (etag != null) headers.set(HttpHeaders.ETAG, etag);
        byte[] body = answer.body();
        Long position = answer.writtenAt();
        if (position == null) return json(response, answer.status(), body);
        headers.set("X-Consistency-Token", Long.toString(position));
        Caller caller = EdgeExchange.of(exchange).caller;
        Mono<Void> written = json(response, answer.status(), body);
        return caller == null
                ? written
                : Mono.fromCompletionStage(ownWrites.wrote(caller, position)).then(written);
    }

    static Mono<Void> json(ServerHttpResponse response, int status, byte @Nullable [] body) {
        response.setStatusCode(HttpStatusCode.valueOf(status));
        if (body == null || body.length == 0) return response.setComplete();
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(MediaType.APPLICATION_JSON);
        headers.setContentLength(body.length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }
}
