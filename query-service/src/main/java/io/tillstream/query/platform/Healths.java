package io.tillstream.query.platform;

import io.tillstream.store.EventLog;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** What {@code /actuator/health} says of the read side. */
final class Healths {
    private Healths() {}

    /** Whether the read store answers. */
    static final class Store extends AbstractHealthIndicator {
        private final ReadStore store;

        Store(ReadStore store) {
            super("The read store can't be reached");
            this.store = store;
        }

        @Override
        protected void doHealthCheck(Health.Builder builder) {
            store.ping();
            builder.up();
        }
    }

    /** Whether events come from the topic. Without it the store alone carries the read side, somewhat later. */
    static final class Broker extends AbstractHealthIndicator {
        private final Follower follower;

        Broker(Follower follower) {
            this.follower = follower;
        }

        @Override
        protected void doHealthCheck(Health.Builder builder) {
            if (follower.connected()) builder.up();
            else builder.down();
        }
    }

    /** How far reads are behind the store, what is being built and what stands still. */
    static final class Lag extends AbstractHealthIndicator {
        private final Follower follower;
        private final Progress progress;
        private final ReadStore store;
        private final EventLog events;

        Lag(Follower follower, Progress progress, ReadStore store, EventLog events) {
            super("The lag can't be told");
            this.follower = follower;
            this.progress = progress;
            this.store = store;
            this.events = events;
        }

        @Override
        protected void doHealthCheck(Health.Builder builder) {
            String foreign = follower.foreign();
            if (foreign != null) {
                builder.down().withDetail("reason", foreign);
                return;
            }
            long position = progress.position();
            // Positions that no event has make this an upper bound.
            long behind = Math.max(0, events.highest() - position);
            long parked = store.countParked();
            boolean building = !follower.building().isEmpty();
            boolean late = behind > 0 && progress.degraded();
            builder.status(building || late ? Status.OUT_OF_SERVICE : Status.UP)
                    .withDetail("position", position)
                    .withDetail("lag_events", behind)
                    .withDetail(
                            "lag_seconds",
                            behind == 0 ? 0 : progress.behindFor().toMillis() / 1000.0)
                    .withDetail("building", follower.building())
                    .withDetail("parked", parked);
        }
    }
}
