package io.tillstream.webhook.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.outgoing.Names;
import io.tillstream.http.outgoing.Targets;
import io.tillstream.webhook.delivery.Exchange.Answered;
import io.tillstream.webhook.delivery.Exchange.Forbidden;
import io.tillstream.webhook.delivery.Exchange.NotSent;
import io.tillstream.webhook.delivery.Exchange.TimedOut;
import io.tillstream.webhook.delivery.Exchange.Unreachable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** Attempts at receivers that behave and that don't. */
class ClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration IMPATIENCE = Duration.ofMillis(1_500);

    private final Receiver receiver = new Receiver();
    private final AtomicInteger lookUps = new AtomicInteger();
    private final Names names = host -> {
        int look = lookUps.incrementAndGet();
        return switch (host) {
            case "receiver.test" -> CompletableFuture.completedStage(List.of(address("127.0.0.1")));
            // public when it is asked first, inside when it is connected to
            case "rebinding.test" ->
                CompletableFuture.completedStage(List.of(address(look == 1 ? "93.184.216.34" : "10.0.0.1")));
            default -> CompletableFuture.failedStage(new UnknownHostException(host));
        };
    };
    private final Client client = client("127.0.0.0/8", PATIENCE);

    /** Where a receiver never ends its answer. */
    private final Client impatient = client("127.0.0.0/8", IMPATIENCE);

    private Client client(String allowed, Duration timeout) {
        return new Client(Targets.allowing(List.of(allowed), names), timeout, timeout, 16, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        client.close();
        impatient.close();
        receiver.close();
    }

    @Test
    void postsTheBytesAndTheHeaders() {
        Exchange exchange = post(receiver.url() + "?a=b c");
        assertThat(exchange).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.accepted()).isTrue();
            assertThat(answered.response()).isEqualTo("ok");
            assertThat(answered.error()).isNull();
        });
        Receiver.Received received = receiver.received().getFirst();
        assertThat(received.path()).isEqualTo("/hooks?a=b%20c");
        assertThat(received.body()).isEqualTo("{\"a\":\"ä\"}");
        assertThat(received.header("x-mine")).isEqualTo("value");
        assertThat(received.header("content-type")).isEqualTo("application/json");
        assertThat(received.header("host")).startsWith("127.0.0.1:");
    }

    @Test
    void goesByNameWhereItMay() {
        String url = receiver.url().replace("127.0.0.1", "receiver.test");
        assertThat(post(url).status()).isEqualTo(200);
        assertThat(receiver.received().getFirst().header("host")).startsWith("receiver.test:");
    }

    /** What java.net.URI refuses. */
    @Test
    void goesWhereBrowsersGo() {
        assertThat(post(receiver.url() + "/[a]?c=[d]").status()).isEqualTo(200);
        assertThat(receiver.received().getFirst().path()).isEqualTo("/hooks/[a]?c=[d]");
    }

    @Test
    void sendsCredentialsWithoutAPasswordWithTheirColon() {
        for (String credentials : List.of("ada@", "ada:@"))
            assertThat(post(receiver.url().replace("//", "//" + credentials)).status())
                    .isEqualTo(200);
        assertThat(receiver.received())
                .hasSize(2)
                .allMatch(one -> one.header("authorization").equals("Basic YWRhOg=="));
    }

    @Test
    void usesAConnectionAgain() {
        for (int i = 0; i < 20; i++) assertThat(post(receiver.url()).status()).isEqualTo(200);
        assertThat(receiver.connections()).isLessThan(5);
    }

    /** What is left is the beginning of an answer, so that it and the next one would be read as a success. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 500 Broken\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
            })
    void takesNothingFromWhatIsLeftOfAnotherAnswer(String answer) throws InterruptedException {
        for (boolean later : List.of(false, true)) {
            CountDownLatch answered = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(1);
            receiver.behave((socket, out) -> {
                String left = "HTTP/1.1 200 OK\r\nX: ";
                out.write((later ? answer : answer + left).getBytes(US_ASCII)); // one write, so that it comes together
                if (later) {
                    answered.await();
                    out.write(left.getBytes(US_ASCII));
                }
                try {
                    assertThat(socket.getInputStream().read()).isNegative();
                } finally {
                    ended.countDown();
                }
            });
            assertThat(post(receiver.url()).status()).isIn(200, 204, 500);
            answered.countDown();
            assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
            receiver.behave(Receiver.answering(500, "fail"));
            assertThat(post(receiver.url()).error()).isEqualTo("HTTP 500");
        }
    }

    @Test
    void saysWhatIsNoHttp() {
        receiver.behave((socket, out) -> {
            out.write("OKHTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
            out.flush();
        });
        assertThat(post(receiver.url()))
                .isInstanceOfSatisfying(
                        Unreachable.class,
                        unreachable -> assertThat(unreachable.error()).isEqualTo("The answer is no HTTP"));
    }

    @Test
    void takesInterimAnswersForNone() {
        receiver.behave((socket, out) -> {
            out.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".getBytes(US_ASCII));
            Receiver.answering(201, "made").answer(socket, out);
        });
        for (int i = 0; i < 3; i++) assertThat(post(receiver.url()).status()).isEqualTo(201);
    }

    @Test
    void waitsForNothingAfterProtocolsWereSwitched() {
        receiver.behave(Receiver.answering(101, ""));
        assertThat(post(receiver.url()).error()).contains("101");
    }

    @Test
    void sendsNoHeaderThatWouldBeTwo() {
        assertThat(client.post(receiver.url(), Map.of("X-Mine", "a\r\nX-Other: b"), new byte[0])
                        .block())
                .isInstanceOf(NotSent.class);
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void tellsWhatWasAnswered() {
        receiver.behave(Receiver.answering(503, "later", "Retry-After: 120"));
        assertThat(post(receiver.url())).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.status()).isEqualTo(503);
            assertThat(answered.error()).isEqualTo("HTTP 503");
            assertThat(answered.response()).isEqualTo("later");
            assertThat(answered.retryAfter()).contains(Duration.ofMinutes(2));
        });
        receiver.behave(Receiver.answering(503, "later", "Retry-After: 99999999999999999999"));
        assertThat(post(receiver.url()))
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered ->
                                assertThat(answered.retryAfter().orElseThrow()).isGreaterThan(Duration.ofDays(365)));
        receiver.behave(Receiver.answering(204, ""));
        assertThat(post(receiver.url()).response()).isNull();
    }

    @Test
    void followsNoRedirect() {
        try (Receiver other = new Receiver()) {
            receiver.behave(Receiver.answering(302, "", "Location: " + other.url()));
            assertThat(post(receiver.url())).isInstanceOf(Unreachable.class).satisfies(exchange -> {
                assertThat(exchange.status()).isZero();
                assertThat(exchange.error()).contains("302");
            });
            assertThat(other.received()).isEmpty();
        }
    }

    @Test
    void givesUpOnAReceiverThatStallsOrDrips() {
        receiver.behave(receiver.stalling());
        assertThat(post(impatient, receiver.url())).isInstanceOf(TimedOut.class);
        receiver.behave(receiver.dripping());
        assertThat(post(impatient, receiver.url())).isInstanceOfSatisfying(TimedOut.class, timedOut -> {
            assertThat(timedOut.status()).isEqualTo(408);
            assertThat(timedOut.error()).containsIgnoringCase("timed out");
        });
    }

    @Test
    void readsNoMoreOfAnEndlessAnswerThanItKeeps() throws InterruptedException {
        CountDownLatch cutOff = new CountDownLatch(1);
        receiver.behave(Receiver.endless(cutOff));
        assertThat(post(receiver.url())).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.accepted()).isTrue();
            assertThat(answered.response()).hasSize(5_000);
        });
        assertThat(cutOff.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void tellsWhyThereIsNoAnswer() {
        receiver.behave(Receiver.resetting());
        assertThat(post(receiver.url())).isInstanceOf(Unreachable.class);
        assertThat(post(receiver.secureUrl()))
                .isInstanceOfSatisfying(
                        Unreachable.class,
                        unreachable -> assertThat(unreachable.error()).contains("TLS"));
        String closed = receiver.url();
        receiver.close();
        assertThat(post(closed)).isInstanceOf(Unreachable.class);
        assertThat(post("https://unknown.test/"))
                .isInstanceOfSatisfying(
                        Unreachable.class,
                        unreachable -> assertThat(unreachable.error()).contains("resolved"));
    }

    @Test
    void sendsNothingInside() {
        try (Client strict = client("", PATIENCE)) {
            assertThat(strict.post(receiver.secureUrl(), Map.of(), new byte[0]).block())
                    .isInstanceOf(Forbidden.class);
            assertThat(strict.post(receiver.url(), Map.of(), new byte[0]).block())
                    .isInstanceOf(Forbidden.class);
            assertThat(strict.post("https://receiver.test/", Map.of(), new byte[0])
                            .block())
                    .isInstanceOf(Forbidden.class);
            assertThat(receiver.received()).isEmpty();
        }
    }

    @Test
    void looksAgainWhenItConnects() {
        assertThat(post("https://rebinding.test/")).isInstanceOf(Forbidden.class);
        assertThat(lookUps.get()).isGreaterThan(1);
    }

    @Test
    void waitsForManySlowReceiversWithoutAThreadEach() {
        receiver.behave(receiver.stalling());
        int before = Thread.activeCount();
        List<Exchange> exchanges = Flux.range(0, 50)
                .flatMap(i -> impatient.post(receiver.url(), Map.of(), new byte[0]), 50)
                .collectList()
                .block();
        assertThat(exchanges).hasSize(50).allMatch(TimedOut.class::isInstance);
        assertThat(Thread.activeCount()).isLessThan(before + 10);
    }

    private Exchange post(String url) {
        return post(client, url);
    }

    private static Exchange post(Client by, String url) {
        return java.util.Objects.requireNonNull(by.post(
                        url,
                        Map.of("Content-Type", "application/json", "X-Mine", "value"),
                        "{\"a\":\"ä\"}".getBytes(UTF_8))
                .block());
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
