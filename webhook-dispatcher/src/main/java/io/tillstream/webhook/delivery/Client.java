package io.tillstream.webhook.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import io.tillstream.http.outgoing.Target;
import io.tillstream.http.outgoing.Targets;
import io.tillstream.http.outgoing.Targets.ForbiddenTarget;
import io.tillstream.webhook.delivery.Exchange.Answered;
import io.tillstream.webhook.delivery.Exchange.Forbidden;
import io.tillstream.webhook.delivery.Exchange.NotSent;
import io.tillstream.webhook.delivery.Exchange.TimedOut;
import io.tillstream.webhook.delivery.Exchange.Unreachable;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ConcurrentLruCache;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.client.PrematureCloseException;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * Makes attempts. Reactor Netty lets us decide which address a name means, look at the connected socket before anything is
 * sent, and stop reading; the JDK's client does none of these. No redirect is followed, and nothing is sent twice by itself.
 */
final class Client implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Client.class);

    /** Of an answer that is kept. */
    private static final int MOST_CHARACTERS = 5_000;

    private static final int MOST_BYTES = 4 * MOST_CHARACTERS;

    /** Shorter than what servers usually wait for the next request, so that none is sent on a connection that just ended. */
    private static final Duration IDLE = Duration.ofSeconds(4);

    /** More than anybody waits for. */
    private static final Duration LONGEST = Duration.ofSeconds(1_000_000_000);

    private final Targets targets;
    private final Duration timeout;
    private final Clock clock;
    private final ConnectionProvider connections;
    private final LoopResources loops = LoopResources.create("webhook", 1, 1, true);
    private final EventLoop loop = loops.onClient(LoopResources.DEFAULT_NATIVE).next();
    private final HttpClient http;
    private final ConcurrentLruCache<String, Receiver> receivers = new ConcurrentLruCache<>(1_000, this::receiver);

    /**
     * What is the same for all requests to a URL.
     *
     * @param basic the credentials in it; null for none
     */
    private record Receiver(
            Target target,
            HttpClient.RequestSender sender,
            @Nullable String basic) {}

    Client(Targets targets, Duration connectTimeout, Duration timeout, int inFlight, Clock clock) {
        this.targets = targets;
        this.timeout = timeout;
        this.clock = clock;
        this.connections = ConnectionProvider.builder("webhooks")
                .maxConnections(inFlight) // of one host, where many endpoints may be: none waits for another's
                .pendingAcquireMaxCount(-1)
                .pendingAcquireTimeout(timeout)
                .maxIdleTime(IDLE)
                .evictInBackground(IDLE)
                .disposeInactivePoolsInBackground(Duration.ofSeconds(30), Duration.ofMinutes(1))
                .build();
        this.http = HttpClient.create(connections)
                .runOn(loops)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis())
                .resolver(new OnlyPermitted())
                .doOnChannelInit((observer, channel, remote) -> OneAnswerEach.addTo(channel.pipeline()))
                .followRedirect(false)
                .disableRetry(true)
                .keepAlive(true)
                .compress(false);
    }

    /** Does something on the event loop, which mustn't wait for anything; false when this is closed. */
    boolean onEventLoop(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }

    /** Posts a body; never fails. */
    Mono<Exchange> post(String url, Map<String, String> headers, byte[] body) {
        Receiver receiver;
        try {
            receiver = receivers.get(url);
        } catch (IllegalArgumentException e) {
            return Mono.just(new Forbidden("The URL " + e.getMessage()));
        }
        if (!headers.values().stream().allMatch(Client::visible))
            return Mono.just(new NotSent("Not sent: a header has something else than visible ASCII characters"));
        return Mono.fromCompletionStage(() -> targets.resolve(receiver.target()))
                .flatMap(addresses -> request(receiver, headers, body)
                        .takeUntilOther(Mono.delay(timeout)) // timeout() takes longer to put what it would say
                        .switchIfEmpty(Mono.error(TimeoutException::new)))
                .onErrorResume(failure -> Mono.just(meaning(failure)));
    }

    private Receiver receiver(String url) {
        Target target = Target.of(url);
        HttpClient.RequestSender post = http.post();
        String normalized = target.scheme() + "://" + target.authority() + target.path();
        URI parsed = parsed(normalized);
        // as text it would be taken apart for each request
        HttpClient.RequestSender sender = parsed == null ? post.uri(normalized) : post.uri(parsed);
        return new Receiver(target, sender, basic(target.credentials()));
    }

    /** Null for what browsers take and RFC 3986 doesn't, such as a host with an underscore. */
    private static @Nullable URI parsed(String url) {
        try {
            URI parsed = new URI(url);
            return parsed.getHost() == null ? null : parsed;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static @Nullable String basic(@Nullable String credentials) {
        if (credentials == null) return null;
        String both = credentials.contains(":") ? credentials : credentials + ":";
        return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(UTF_8));
    }

    private static boolean visible(String header) {
        for (int i = 0; i < header.length(); i++) if (header.charAt(i) < 0x20 || header.charAt(i) > 0x7e) return false;
        return true;
    }

    private Mono<Exchange> request(Receiver receiver, Map<String, String> headers, byte[] body) {
        Target target = receiver.target();
        return receiver.sender()
                .send((request, outbound) -> {
                    boolean[] permitted = new boolean[1];
                    outbound.withConnection(connection ->
                            permitted[0] = permits(target, connection.channel().remoteAddress()));
                    if (!permitted[0])
                        return Mono.error(new ForbiddenTarget("leads to an address that nothing is sent to"));
                    HttpHeaders sent = request.requestHeaders();
                    sent.set("User-Agent", "Tillstream-Webhooks/1");
                    headers.forEach(sent::set);
                    if (receiver.basic() != null && !sent.contains("Authorization"))
                        sent.set("Authorization", receiver.basic());
                    sent.set("Content-Length", body.length);
                    return outbound.sendByteArray(Mono.just(body));
                })
                .responseConnection((response, connection) -> {
                    if (response.status().code() / 100 == 3) {
                        connection.dispose();
                        return Flux.just(
                                new Unreachable("HTTP " + response.status().code() + ": redirects are not followed"));
                    }
                    Text text = new Text();
                    return connection
                            .inbound()
                            .receive()
                            .asByteArray()
                            .takeUntil(text::add)
                            .then(Mono.fromSupplier(() -> (Exchange) answered(response, text)))
                            .flux();
                })
                .next();
    }

    /** A name may lead elsewhere by now than when it was looked up, and a connection may be an older one. */
    private boolean permits(Target target, java.net.SocketAddress address) {
        return address instanceof InetSocketAddress socket && targets.permits(target, socket.getAddress());
    }

    private Answered answered(HttpClientResponse response, Text text) {
        return new Answered(response.status().code(), text.kept(), retryAfter(response.responseHeaders()));
    }

    private Optional<Duration> retryAfter(HttpHeaders headers) {
        String asked = headers.get("Retry-After");
        if (asked == null) return Optional.empty();
        try {
            if (asked.matches("\\d+"))
                return Optional.of(asked.length() > 9 ? LONGEST : Duration.ofSeconds(Long.parseLong(asked)));
            Instant until = ZonedDateTime.parse(asked, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(Duration.between(clock.instant(), until)).filter(wait -> !wait.isNegative());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private Exchange meaning(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case ForbiddenTarget forbidden -> {
                    return new Forbidden(String.valueOf(forbidden.getMessage()));
                }
                case UnknownHostException _ -> {
                    return new Unreachable("The host name can't be resolved");
                }
                case SslHandshakeTimeoutException _ -> {
                    return new TimedOut("Timed out: TLS handshake");
                }
                case io.netty.channel.ConnectTimeoutException _ -> {
                    return new TimedOut("Timed out: no connection");
                }
                case TimeoutException _, io.netty.handler.timeout.TimeoutException _ -> {
                    return new TimedOut("Timed out: no complete answer within " + timeout.toMillis() + " ms");
                }
                case SSLException ssl -> {
                    return new Unreachable("TLS failed: " + storable(ssl.getMessage()));
                }
                case ConnectException _ -> {
                    return new Unreachable("Connection refused");
                }
                case PrematureCloseException _ -> {
                    return new Unreachable("The connection was closed before the answer was complete");
                }
                case io.netty.handler.codec.DecoderException _ -> {
                    // its cause says more, if there is one
                    if (cause.getCause() == null) return new Unreachable("The answer is no HTTP");
                }
                case CompletionException _ -> {}
                case java.io.IOException io -> {
                    return new Unreachable("The connection failed: " + storable(io.getMessage()));
                }
                default -> {}
            }
        }
        log.error("A request failed in an unknown way", failure);
        return NotSent.unexpectedly();
    }

    /** PostgreSQL stores no NUL, and a receiver may have a say in the text. */
    private static String storable(@Nullable String text) {
        return String.valueOf(text).replace('\0', '\uFFFD');
    }

    @Override
    public void close() {
        connections.dispose();
        loops.dispose();
    }

    /** The beginning of an answer. */
    private static final class Text {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        /** Whether this is enough. */
        boolean add(byte[] more) {
            bytes.write(more, 0, Math.min(more.length, MOST_BYTES - bytes.size()));
            return bytes.size() >= MOST_BYTES;
        }

        @Nullable
        String kept() {
            String text = storable(bytes.toString(UTF_8));
            if (text.isEmpty()) return null;
            if (text.length() <= MOST_CHARACTERS) return text;
            int end =
                    Character.isHighSurrogate(text.charAt(MOST_CHARACTERS - 1)) ? MOST_CHARACTERS - 1 : MOST_CHARACTERS;
            return text.substring(0, end);
        }
    }

    /** Tells the connector which addresses a host has, if all of them are permitted. */
    private final class OnlyPermitted extends AddressResolverGroup<InetSocketAddress> {
        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
            return new InetSocketAddressResolver(executor, new InetNameResolver(executor) {
                @Override
                protected void doResolve(String host, Promise<InetAddress> promise) {
                    targets.addressesOf(host).whenComplete((found, failure) -> {
                        if (failure != null) promise.tryFailure(failure);
                        else promise.trySuccess(found.getFirst());
                    });
                }

                @Override
                protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
                    targets.addressesOf(host).whenComplete((found, failure) -> {
                        if (failure != null) promise.tryFailure(failure);
                        else promise.trySuccess(found);
                    });
                }
            });
        }
    }
}
