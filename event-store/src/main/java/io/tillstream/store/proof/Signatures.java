package io.tillstream.store.proof;

import io.tillstream.store.verify.Findings;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Checks heads' signatures on all processors while events are read: one takes as long as some hundred leaves. */
final class Signatures implements AutoCloseable {
    private static final int WAITING = 1_000;

    private record Asked(String what, Future<Boolean> holds) {}

    private final Findings findings;
    private final Set<String> keys;
    private final ExecutorService checkers =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    private final Deque<Asked> asked = new ArrayDeque<>();

    /**
     * Reports to where its caller reports.
     *
     * @param keys the ids of those that may have signed
     */
    Signatures(Findings findings, Set<String> keys) {
        this.findings = findings;
        this.keys = keys;
    }

    /** Sees to it that a head is checked; what is found may be reported later. */
    void check(SignedHead head, String what) throws InterruptedException {
        if (!keys.contains(head.keyId()))
            findings.difference(what + " was signed with a key that the store doesn't have");
        asked.add(new Asked(what, checkers.submit(() -> SigningKeys.signed(head))));
        while (asked.size() > WAITING) next();
    }

    /** Waits for those that are still being checked. */
    void finish() throws InterruptedException {
        while (!asked.isEmpty()) next();
    }

    private void next() throws InterruptedException {
        Asked first = asked.removeFirst();
        try {
            if (!first.holds().get()) findings.difference(first.what() + " has a signature that doesn't hold");
        } catch (ExecutionException e) {
            throw new IllegalStateException("A signature couldn't be checked", e);
        }
    }

    @Override
    public void close() {
        checkers.shutdownNow();
    }
}
