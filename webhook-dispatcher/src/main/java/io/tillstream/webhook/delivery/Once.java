package io.tillstream.webhook.delivery;

import static java.util.Objects.requireNonNull;

import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.idempotency.FirstAnswers;
import io.tillstream.http.idempotency.FirstAnswers.Use;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.transaction.support.TransactionTemplate;

/** Does what a request asks for, once for each idempotency key: effect and first answer are one transaction. */
final class Once {
    /** Attempts that hold a connection for their key while the receiver takes its time. */
    private static final int MOST_ATTEMPTS = 2;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long RETRY_AFTER = 5;

    private final TransactionTemplate transaction;
    private final FirstAnswers answers;
    private final Semaphore attempts = new Semaphore(MOST_ATTEMPTS);

    Once(TransactionTemplate transaction, FirstAnswers answers) {
        this.transaction = transaction;
        this.answers = answers;
    }

    <V> Answer<V> answer(Request request, Supplier<Answer<V>> effect) {
        Use use = Use.of(request);
        if (use == null) return requireNonNull(transaction.execute(status -> effect.get()));
        return requireNonNull(transaction.execute(status -> {
            Optional<Answer<V>> earlier = answers.earlier(use);
            if (earlier.isPresent()) return earlier.get();
            Answer<V> first = effect.get();
            answers.record(use, first, null);
            return first;
        }));
    }

    /** For what waits for a receiver: stores its delivery in a transaction of its own, and what came of it in this one. */
    <V> Answer<V> answerAfterAttempt(Request request, Supplier<Answer<V>> effect) {
        if (request.idempotencyKey() == null) return effect.get();
        if (!place()) throw Invalid.unavailable("Too many attempts are being made by hand at this moment", RETRY_AFTER);
        try {
            return answer(request, effect);
        } finally {
            attempts.release();
        }
    }

    private boolean place() {
        try {
            return attempts.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
