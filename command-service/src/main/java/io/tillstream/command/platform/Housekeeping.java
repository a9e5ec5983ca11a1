package io.tillstream.command.platform;

import io.tillstream.store.IdempotencyAnswers;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Forgets, once an hour, what is kept for a time only: recorded answers. Any number of instances may do it. */
final class Housekeeping implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    private final IdempotencyAnswers answers;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);

    Housekeeping(IdempotencyAnswers answers, Clock clock) {
        this.answers = answers;
        this.clock = clock;
    }

    void start() {
        Thread.ofVirtual().name("housekeeping").start(this::runUntilClosed);
    }

    private void runUntilClosed() {
        try {
            do tidy();
            while (!closing.await(1, TimeUnit.HOURS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tidy() {
        try {
            int forgotten = answers.forgetOld(clock.instant());
            if (forgotten > 0) log.info("Forgot {} answers to idempotency keys", forgotten);
        } catch (DataAccessException e) {
            log.warn("Old answers to idempotency keys are still there: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
