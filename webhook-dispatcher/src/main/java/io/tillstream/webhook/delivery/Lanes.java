package io.tillstream.webhook.delivery;

import io.tillstream.webhook.delivery.DeliveryQueue.Attempted;
import io.tillstream.webhook.delivery.DeliveryQueue.Claimed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What this instance has a lease on, by endpoint: attempts under way, of which there are so many at a time, those that are over
 * and aren't recorded, of which there may be nearly twice as many while all places are taken, and what waits for its attempt. An
 * endpoint may have some wait that takes deliveries, as many as it took a moment ago; that spares claims between one attempt and the
 * next. Whatever waits longer than a second, is for a receiver that stopped working, or is here when the dispatcher stops, is for its
 * caller to give back. Thread-safe.
 */
final class Lanes {
    /** What an endpoint took within the last one or two of these may wait for it. */
    private static final long WINDOW = Duration.ofMillis(250).toNanos();

    /** A decision of a person, or of another dispatcher, may be unknown for so long. */
    private static final long STALE = Duration.ofSeconds(1).toNanos();

    /** Times the attempts at a time: what waits for one endpoint, and for all. */
    private static final int MOST_WAITING = 30;

    private static final int MOST_WAITING_IN_ALL = 3;

    /**
     * What may be attempted.
     *
     * @param secrets in the clear, by the ids of their rows: whoever begins an attempt waits for nothing
     */
    record Ready(Claimed claimed, Map<UUID, String> secrets) {}

    private record Waiting(Ready ready, long since) {
        Claimed claimed() {
            return ready.claimed();
        }
    }

    private static final class Lane {
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private int underWay;
        private int unrecorded;
        /** Of them, those that are over and met no working receiver. */
        private int failed;

        private long windowBegan;
        private int taken;
        private int takenBefore;
        /** The number of the first claim that may find what waits to be claimed; 0 when nothing does. */
        private long backlogFor = 1;

        private void advance(long now) {
            long passed = (now - windowBegan) / WINDOW;
            if (passed <= 0) return;
            takenBefore = passed == 1 ? taken : 0;
            taken = 0;
            windowBegan += passed * WINDOW;
        }

        private int ahead(long now, int most) {
            advance(now);
            return Math.min(Math.max(taken, takenBefore), most);
        }
    }

    private final int inAll;
    private final int perEndpoint;
    private final LongSupplier nanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<UUID, Lane> lanes = new LinkedHashMap<>();
    private long claims;
    private int underWay;
    private int unrecorded;
    private int waiting;
    private final List<Claimed> unwanted = new ArrayList<>();
    private boolean closed = true;

    /**
     * @param inAll attempts under way
     * @param perEndpoint of them, to one endpoint
     */
    Lanes(int inAll, int perEndpoint, LongSupplier nanos) {
        this.inAll = inAll;
        this.perEndpoint = perEndpoint;
        this.nanos = nanos;
    }

    private Lane lane(UUID endpoint) {
        return lanes.computeIfAbsent(endpoint, id -> {
            Lane lane = new Lane();
            lane.windowBegan = nanos.getAsLong();
            return lane;
        });
    }

    // --- what comes in

    /** How many new deliveries of an endpoint need no claim: none where older ones wait to be claimed, or nothing was taken just now. */
    int roomForNew(UUID endpoint) {
        lock.lock();
        try {
            Lane lane = lanes.get(endpoint);
            if (closed || lane == null || lane.backlogFor != 0) return 0;
            long now = nanos.getAsLong();
            if (lane.ahead(now, 1) == 0) return 0;
            return Math.clamp(free(lane, now), 0, roomInAll());
        } finally {
            lock.unlock();
        }
    }

    /** How many more this may take. */
    int roomInAll() {
        lock.lock();
        try {
            return closed ? 0 : Math.max(0, (1 + MOST_WAITING_IN_ALL) * inAll - unrecorded - waiting);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A claim that is about to be made.
     *
     * @param number of the claim, for {@link #cleared}
     * @param most deliveries of it
     * @param ahead what may wait for an endpoint; where there is none, nothing
     * @param free of each endpoint that this knows, how many more it may have, unless other instances have some
     */
    record Room(long number, int most, Map<UUID, Integer> ahead, Map<UUID, Integer> free) {}

    Room roomForClaim() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            Map<UUID, Integer> ahead = new HashMap<>();
            Map<UUID, Integer> free = new HashMap<>();
            lanes.forEach((endpoint, lane) -> {
                int more = lane.ahead(now, MOST_WAITING * perEndpoint);
                if (more > 0) ahead.put(endpoint, more);
                free.put(endpoint, free(lane, now));
            });
            // without a free place, what is claimed now would only wait here, where another instance may have one
            int most = ahead.isEmpty() || underWay >= inAll ? Math.max(0, inAll - unrecorded - waiting) : roomInAll();
            return new Room(++claims, most, ahead, free);
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is room, and not only a little, for what an endpoint may have waiting to be claimed: few cost as much as many. */
    boolean wantsClaim() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            return roomInAll() > 0 && lanes.values().stream().anyMatch(lane -> wantsClaim(lane, now));
        } finally {
            lock.unlock();
        }
    }

    private boolean wantsClaim(Lane lane, long now) {
        return lane.backlogFor != 0
                && free(lane, now) > 0
                && lane.waiting.size() <= lane.ahead(now, MOST_WAITING * perEndpoint) / 2;
    }

    private int free(Lane lane, long now) {
        return perEndpoint + lane.ahead(now, MOST_WAITING * perEndpoint) - lane.unrecorded - lane.waiting.size();
    }

    /** The endpoints of which nobody knows whether a claim has left something: those that didn't get all that they had room for. */
    List<UUID> unclear(Room claim, List<Claimed> claimed) {
        Map<UUID, Integer> got = new HashMap<>();
        for (Claimed one : claimed) got.merge(one.delivery().endpointId(), 1, Integer::sum);
        lock.lock();
        try {
            List<UUID> unclear = new ArrayList<>();
            lanes.forEach((endpoint, lane) -> {
                boolean full = got.getOrDefault(endpoint, 0) >= claim.free().getOrDefault(endpoint, perEndpoint);
                if (lane.backlogFor != 0 && lane.backlogFor <= claim.number() && !full) unclear.add(endpoint);
            });
            return unclear;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing of these endpoints waited to be claimed any more, once a claim of that number was made. */
    void cleared(Collection<UUID> endpoints, long claim) {
        lock.lock();
        try {
            for (UUID endpoint : endpoints) {
                Lane lane = lanes.get(endpoint);
                if (lane != null && lane.backlogFor <= claim) lane.backlogFor = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes what is leased, with the secrets of all of it; false when this is closed, and it is to be given back. */
    boolean add(List<Claimed> leased, Map<UUID, String> secrets) {
        lock.lock();
        try {
            if (closed) return false;
            long now = nanos.getAsLong();
            for (Claimed one : leased)
                lane(one.delivery().endpointId()).waiting.add(new Waiting(new Ready(one, secrets), now));
            waiting += leased.size();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Deliveries were stored for whoever claims them: newer ones go the same way until a claim has found them all. */
    void stored(Collection<UUID> endpoints) {
        lock.lock();
        try {
            for (UUID endpoint : endpoints) lane(endpoint).backlogFor = claims + 1;
        } finally {
            lock.unlock();
        }
    }

    // --- what goes out

    /** What may be attempted now, which is under way from now on; endpoints take turns where not all can have what they may. */
    List<Ready> next() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            List<Ready> next = new ArrayList<>();
            boolean more = waiting > 0;
            while (more && hasPlace(underWay, unrecorded, inAll)) {
                more = false;
                for (UUID endpoint : List.copyOf(lanes.keySet())) {
                    Lane lane = lane(endpoint);
                    if (!hasPlace(underWay, unrecorded, inAll) || !hasPlace(lane) || lane.waiting.isEmpty()) continue;
                    if (stale(lane, now)) continue;
                    next.add(lane.waiting.remove().ready());
                    waiting--;
                    lane.underWay++;
                    lane.unrecorded++;
                    underWay++;
                    unrecorded++;
                    lanes.remove(endpoint); // to the end
                    lanes.put(endpoint, lane);
                    more = true;
                }
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** What failed is recorded before more than those that were under way can fail. */
    private boolean hasPlace(Lane lane) {
        return lane.failed == 0 ? hasPlace(lane.underWay, lane.unrecorded, perEndpoint) : lane.unrecorded < perEndpoint;
    }

    private static boolean hasPlace(int underWay, int unrecorded, int places) {
        return underWay < places && unrecorded < unrecordedAtMost(places);
    }

    /** Attempts under way and those that are over and not recorded yet, which a killed process repeats: one place has one more. */
    static int unrecordedAtMost(int places) {
        return 3 * places - 1;
    }

    /** Removes what isn't attempted here: what has waited for too long, or for a receiver that doesn't work; and idle lanes. */
    List<Claimed> unwanted() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            lanes.values().removeIf(lane -> {
                while (!lane.waiting.isEmpty() && stale(lane, now)) {
                    unwanted.add(lane.waiting.remove().claimed());
                    waiting--;
                }
                return lane.waiting.isEmpty() && lane.unrecorded == 0 && lane.ahead(now, 1) == 0;
            });
            List<Claimed> all = List.copyOf(unwanted);
            unwanted.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    private static boolean stale(Lane lane, long now) {
        return now - lane.waiting.element().since() > STALE;
    }

    /** An attempt is over: another one may begin while what became of it is recorded. */
    void over(Attempted attempt) {
        lock.lock();
        try {
            Lane lane = lane(attempt.delivery().endpointId());
            lane.underWay--;
            underWay--;
            if (!failed(attempt)) return;
            lane.failed++;
            abandon(lane);
        } finally {
            lock.unlock();
        }
    }

    /** What became of attempts that are over is recorded. */
    void recorded(List<Attempted> attempts) {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            for (Attempted attempt : attempts) {
                Lane lane = lane(attempt.delivery().endpointId());
                settled(lane);
                lane.advance(now);
                if (attempt.outcome() instanceof Outcome.Delivered) lane.taken++;
                if (!failed(attempt)) continue;
                lane.failed--;
                abandon(lane);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the receiver doesn't work, or is gone. */
    private static boolean failed(Attempted attempt) {
        boolean gone = attempt.outcome() instanceof Outcome.GaveUp(boolean is) && is;
        return gone || Outcome.unavailable(attempt.exchange());
    }

    private void abandon(Lane lane) {
        lane.taken = 0;
        lane.takenBefore = 0;
        abandonWaiting(lane);
    }

    private void abandonWaiting(Lane lane) {
        lane.waiting.forEach(one -> unwanted.add(one.claimed()));
        waiting -= lane.waiting.size();
        lane.waiting.clear();
    }

    /** One that was to be under way and isn't. */
    void unattempted(Claimed claimed) {
        lock.lock();
        try {
            lost(claimed);
            unwanted.add(claimed);
        } finally {
            lock.unlock();
        }
    }

    /** One that has come to nothing that can be recorded. */
    void lost(Claimed claimed) {
        lock.lock();
        try {
            Lane lane = lane(claimed.delivery().endpointId());
            lane.underWay--;
            underWay--;
            settled(lane);
        } finally {
            lock.unlock();
        }
    }

    private void settled(Lane lane) {
        lane.unrecorded--;
        unrecorded--;
    }

    // --- its life

    /** Takes something from now on. */
    void open() {
        lock.lock();
        try {
            closed = false;
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more, and wants nothing that waits. */
    void close() {
        lock.lock();
        try {
            closed = true;
            lanes.values().forEach(this::abandonWaiting);
        } finally {
            lock.unlock();
        }
    }

    /** Whether this has fewer that are over and not recorded, and some that aren't over. */
    boolean fewerOver(int than) {
        lock.lock();
        try {
            return underWay > 0 && unrecorded - underWay < than;
        } finally {
            lock.unlock();
        }
    }

    /** Attempts that aren't recorded. */
    int unrecorded() {
        lock.lock();
        try {
            return unrecorded;
        } finally {
            lock.unlock();
        }
    }
}
