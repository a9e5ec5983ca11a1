package io.tillstream.http;

import static java.util.Objects.requireNonNull;

import io.tillstream.http.access.Caller;
import io.tillstream.http.stream.EventStream;
import io.tillstream.http.stream.Streams;
import org.reactivestreams.Publisher;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.reactive.HandlerResultHandler;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** Writes what handlers return as {@link EventStream}: a message, then the next when the client has taken that one. */
final class StreamWriter implements HandlerResultHandler, Ordered {
    private final Streams streams;

    StreamWriter(Streams streams) {
        this.streams = streams;
    }

    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    public boolean supports(HandlerResult result) {
        return result.getReturnValue() instanceof EventStream;
    }

    @Override
    public Mono<Void> handleResult(ServerWebExchange exchange, HandlerResult result) {
        ServerHttpRequest request = exchange.getRequest();
        ServerHttpResponse response = exchange.getResponse();
        EdgeExchange edge = EdgeExchange.of(exchange);
        Caller caller = requireNonNull(edge.caller, "a stream is nobody's");
        EventStream stream = (EventStream) requireNonNull(result.getReturnValue());
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(MediaType.TEXT_EVENT_STREAM);
        headers.set("X-Accel-Buffering", "no");
        response.setStatusCode(HttpStatus.OK);
        if (request.getMethod().equals(HttpMethod.HEAD)) return response.setComplete();
        Streams.Open open = streams.open(stream, caller, edge.stillAllowed, () -> cut(request));
        // Each part is made when the one before it is in the socket: a slow client makes nothing grow.
        Flux<Publisher<DataBuffer>> parts = Flux.generate(sink -> {
            if (open.ending()) sink.complete();
            else sink.next(part(open, response));
        });
        return response.writeAndFlushWith(parts).doFinally(signal -> open.close());
    }

    // A Mono would be sent as a whole answer.
    private static Flux<DataBuffer> part(Streams.Open open, ServerHttpResponse response) {
        return Mono.fromCallable(open::next)
                .subscribeOn(open.threads())
                .<DataBuffer>map(bytes -> response.bufferFactory().wrap(bytes))
                .flux();
    }

    private static void cut(ServerHttpRequest request) {
        Object server = ServerHttpRequestDecorator.getNativeRequest(request);
        if (server instanceof HttpServerRequest connected)
            connected.withConnection(connection -> {
                var _ = connection.channel().close(); // nobody is left to tell whether it worked
            });
    }
}
