package io.tillstream.query.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.Caller;
import io.tillstream.http.error.Refusal;
import io.tillstream.http.error.Refused;
import io.tillstream.http.idempotency.KeyRefusal;
import io.tillstream.store.MovableClock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OnceTest {
    private static final Caller ADMIN = Caller.admin(UUID.randomUUID(), "tester", Mode.LIVE);

    private final MongoClient client =
            MongoClients.create(Servers.temporary().mongo().uri());
    private final MovableClock clock = new MovableClock();
    private final Once once = new Once(
            new ReadStore(
                    client.getDatabase("t" + UUID.randomUUID().toString().replace("-", "")),
                    clock,
                    new Interruptions()),
            clock);
    private final AtomicInteger done = new AtomicInteger();

    @AfterEach
    void stop() {
        client.close();
    }

    @Test
    void givesTheFirstAnswerAgain() {
        Answer<Integer> first = ask("key", "body");
        Answer<Integer> again = ask("key", "body");
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.headers()).containsEntry("Idempotent-Replayed", "true");
        assertThat(ask("another key", "body").data()).isEqualTo(2);
    }

    @Test
    void doesAgainWhatHasNoKey() {
        assertThat(ask(null, "body").data()).isEqualTo(1);
        assertThat(ask(null, "body").data()).isEqualTo(2);
    }

    @Test
    void refusesAnotherRequestWithTheKey() {
        ask("key", "body");
        assertThat(refusal("key", "another body")).isEqualTo(KeyRefusal.KEY_REUSED);
        assertThat(done).hasValue(1);
    }

    @Test
    void refusesARequestWhileItsFirstIsRunning() {
        once.answer(request("key", "body"), () -> {
            assertThat(refusal("key", "body")).isEqualTo(KeyRefusal.STILL_RUNNING);
            return Answer.accepted(0);
        });
        assertThat(done).hasValue(0);
    }

    @Test
    void recordsNoFailure() {
        assertThatThrownBy(() -> once.answer(request("key", "body"), failing(new IllegalStateException("away"))))
                .hasMessage("away");
        assertThat(ask("key", "body").data()).isEqualTo(1);
    }

    @Test
    void takesOverWhatAnInstanceLeftThatDied() {
        assertThatThrownBy(() -> once.answer(request("key", "body"), failing(new OutOfMemoryError("died"))))
                .hasMessage("died");
        assertThat(refusal("key", "body")).isEqualTo(KeyRefusal.STILL_RUNNING);
        clock.advance(Duration.ofSeconds(61));
        assertThat(ask("key", "body").data()).isEqualTo(1);
        assertThat(ask("key", "body").headers()).containsKey("Idempotent-Replayed");
    }

    @Test
    void forgetsAfterThirtyDays() {
        ask("key", "body");
        clock.advance(Duration.ofDays(30).plusSeconds(1));
        assertThat(ask("key", "another body").data()).isEqualTo(2);
    }

    private Answer<Integer> ask(@Nullable String key, String body) {
        return once.answer(request(key, body), () -> Answer.accepted(done.incrementAndGet()));
    }

    private Refusal refusal(String key, String body) {
        return catchThrowableOfType(Refused.class, () -> ask(key, body)).refusal();
    }

    private static Supplier<Answer<Integer>> failing(Throwable failure) {
        return () -> {
            if (failure instanceof Error error) throw error;
            throw (RuntimeException) failure;
        };
    }

    private static Request request(@Nullable String key, String body) {
        return Request.builder("POST", "/api/v1/replays")
                .caller(ADMIN)
                .idempotencyKey(key)
                .body(body.getBytes(UTF_8))
                .build();
    }
}
