package io.tillstream.http;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;

/**
 * Lets handling begin only after what has arrived of the request has been taken in. A request that arrives before the answer
 * to the one before is through waits in a queue of Reactor Netty (1.3.7), which stops reading the connection for good when
 * the request is answered while it is handed on from there; and a refusal of ours would answer at once.
 */
final class AfterTheRequest {
    private AfterTheRequest() {}

    static Mono<Void> handle(Mono<Void> handled, Connection connection) {
        return handled.subscribeOn(Schedulers.fromExecutor(connection.channel().eventLoop()));
    }
}
