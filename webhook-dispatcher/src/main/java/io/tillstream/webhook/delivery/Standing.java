package io.tillstream.webhook.delivery;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** How the dispatcher does, for health and metrics. Down when nothing is delivered at all; a dead receiver is none of that. */
final class Standing extends AbstractHealthIndicator implements MeterBinder {
    private static final Duration FRESH = Duration.ofSeconds(1);

    /**
     * What waits to be sent.
     *
     * @param oldestDue since when the longest due one is
     * @param openCircuits endpoints that nothing is tried at for a while, since no receiver was there
     */
    record Waiting(long deliveries, @Nullable Instant oldestDue, long openCircuits) {}

    private record Seen(@Nullable Waiting waiting, long at) {}

    private final Dispatching dispatching;
    private final Deliveries deliveries;
    private final Clock clock;
    private volatile @Nullable Seen last;

    Standing(Dispatching dispatching, Deliveries deliveries, Clock clock) {
        super("What waits can't be told");
        this.dispatching = dispatching;
        this.deliveries = deliveries;
        this.clock = clock;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        String trouble = dispatching.trouble();
        if (trouble == null) builder.up();
        else builder.down().withDetail("reason", trouble);
        if (!dispatching.ready()) return;
        Waiting waiting = deliveries.waiting(clock.instant());
        builder.withDetail("position", dispatching.position())
                .withDetail("lag_events", dispatching.behind())
                .withDetail("lag_seconds", dispatching.behindFor().toMillis() / 1000.0)
                .withDetail("waiting", waiting.deliveries())
                .withDetail("oldest_due_seconds", seconds(waiting.oldestDue()))
                .withDetail("open_circuits", waiting.openCircuits());
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        gauge("tillstream.webhook.waiting", "deliveries", "Deliveries that are still to be sent", Waiting::deliveries)
                .register(meters);
        gauge(
                        "tillstream.webhook.oldest.due",
                        "seconds",
                        "For how long one has been due already",
                        waiting -> seconds(waiting.oldestDue()))
                .register(meters);
        gauge("tillstream.webhook.circuits.open", null, "Webhooks without a receiver", Waiting::openCircuits)
                .register(meters);
        Gauge.builder("tillstream.webhook.lag", dispatching, Dispatching::behind)
                .description("Positions that are stored and not yet turned into deliveries")
                .baseUnit("events")
                .register(meters);
        Gauge.builder(
                        "tillstream.webhook.lag.time",
                        dispatching,
                        of -> of.behindFor().toMillis() / 1000.0)
                .description("How long there has been something to turn into deliveries")
                .baseUnit("seconds")
                .register(meters);
    }

    private Gauge.Builder<Standing> gauge(
            String name, @Nullable String unit, String description, ToDoubleFunction<Waiting> value) {
        return Gauge.builder(name, this, standing -> {
                    Waiting waiting = standing.recently();
                    return waiting == null ? Double.NaN : value.applyAsDouble(waiting);
                })
                .description(description)
                .baseUnit(unit);
    }

    /** One look for all gauges of a scrape; null when PostgreSQL doesn't answer. */
    private synchronized @Nullable Waiting recently() {
        Seen seen = last;
        if (seen != null && System.nanoTime() - seen.at() < FRESH.toNanos()) return seen.waiting();
        Waiting now = null;
        try {
            if (dispatching.ready()) now = deliveries.waiting(clock.instant());
        } catch (DataAccessException | TransactionException e) {
            // NaN says it
        }
        last = new Seen(now, System.nanoTime());
        return now;
    }

    private double seconds(@Nullable Instant since) {
        return since == null ? 0 : Duration.between(since, clock.instant()).toMillis() / 1000.0;
    }
}
