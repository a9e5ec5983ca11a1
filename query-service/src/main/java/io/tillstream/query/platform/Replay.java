package io.tillstream.query.platform;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rebuilding of one projection's documents beside those in use.
 *
 * @param projection what is built anew
 * @param collection where its documents are built
 * @param status `queued`, `running`, `switching`, and at last `done`, `failed` or `aborted`
 * @param abortRequested whether it was told to stop
 * @param requestedBy who asked for it first
 * @param startedAt null while nobody works on it
 * @param finishedAt null until it is done, failed or aborted
 * @param position of the last event that is in the new documents
 * @param eventsDone how many events it has read
 * @param eventsTotal how many there are to read
 * @param eventsPerSecond its present speed; null while that isn't known
 * @param secondsLeft at that speed; null while that isn't known
 * @param parked documents in which an event couldn't be digested
 * @param error why the last attempt failed; null for no reason
 */
public record Replay(
        UUID id,
        String projection,
        String collection,
        String status,
        boolean abortRequested,
        String requestedBy,
        Instant requestedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        long position,
        long eventsDone,
        long eventsTotal,
        @Nullable Long eventsPerSecond,
        @Nullable Long secondsLeft,
        long parked,
        @Nullable String error) {
    static final String QUEUED = "queued";
    static final String RUNNING = "running";
    static final String SWITCHING = "switching";
    static final String DONE = "done";
    static final String FAILED = "failed";
    static final String ABORTED = "aborted";

    /** Whether there is nothing more to come of it. */
    public boolean over() {
        return finishedAt != null;
    }

    /** Whether its documents are what reads use now, or were until the next replay. */
    public boolean done() {
        return status.equals(DONE);
    }
}
