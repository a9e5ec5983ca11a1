package io.tillstream.query.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.store.Tail;
import io.tillstream.store.TestStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A tail behind a transaction that doesn't end. It does little but wait, so it runs beside other tests: here, since those of
 * the tail's own module take half as long.
 */
@Execution(ExecutionMode.CONCURRENT)
class HeldUpTailTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration HELD = Duration.ofMinutes(2);

    @AutoClose
    private final TestStore store = TestStore.alone();

    @Test
    @Timeout(300)
    void losesNothingToATransactionThatIsHeldOpenForTwoMinutesWhileTheClockMovesByADay() throws Exception {
        AtomicReference<Long> held = new AtomicReference<>();
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> slow = pool.submit(() -> store.transaction.executeWithoutResult(status -> {
                held.set(store.append(UUID.randomUUID(), 0, NOON));
                taken.countDown();
                await(release);
            }));
            await(taken);
            Instant tomorrow = NOON.plus(Duration.ofDays(1));
            Tail tail = store.log.tailFrom(0);
            long began = System.nanoTime(); // real time must pass here: PostgreSQL has no other
            int appended = 0;
            while (System.nanoTime() - began < HELD.toNanos()) {
                if (appended < 50) {
                    store.transaction.executeWithoutResult(status -> store.append(UUID.randomUUID(), 0, tomorrow));
                    appended++;
                }
                assertThat(tail.next(100)).isEmpty();
                assertThat(release.await(500, TimeUnit.MILLISECONDS)).isFalse();
            }
            release.countDown();
            slow.get();
            List<Long> seen = new ArrayList<>();
            while (seen.size() < 51) tail.next(100).forEach(event -> seen.add(event.position()));
            assertThat(seen.getFirst()).isEqualTo(held.get());
            assertThat(seen).isSorted().doesNotHaveDuplicates().hasSize(51);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(200, TimeUnit.SECONDS)) throw new IllegalStateException("Nobody counted down");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
