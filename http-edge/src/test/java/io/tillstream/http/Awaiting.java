package io.tillstream.http;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, with a deadline. */
final class Awaiting {
    private Awaiting() {}

    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) throw new AssertionError("It never came to that");
            LockSupport.parkNanos(5_000_000);
        }
    }
}
