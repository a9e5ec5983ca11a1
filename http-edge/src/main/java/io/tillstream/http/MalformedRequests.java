package io.tillstream.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.UUID;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;

/** Gives the envelope to a request whose address is no URI: Spring answers it with a bare 400 before any filter. */
final class MalformedRequests implements NettyServerCustomizer {
    @Override
    public HttpServer apply(HttpServer server) {
        return server.mapHandle((handled, connection) ->
                AfterTheRequest.handle(handled, connection).then(Mono.defer(() -> completed(connection))));
    }

    private static Mono<Void> completed(Connection connection) {
        if (!(connection instanceof HttpServerResponse response)
                || response.hasSentHeaders()
                || !response.status().equals(HttpResponseStatus.BAD_REQUEST)) return Mono.empty();
        byte[] body = "{\"error\":{\"code\":\"INVALID_INPUT\",\"message\":\"The address is not a valid URI\"}}"
                .getBytes(UTF_8);
        return response.header("Content-Type", "application/json")
                .header("Content-Length", Integer.toString(body.length))
                .header(EdgeFilter.REQUEST_ID, UUID.randomUUID().toString())
                .sendByteArray(Mono.just(body))
                .then();
    }
}
