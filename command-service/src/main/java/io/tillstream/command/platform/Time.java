package io.tillstream.command.platform;

import io.tillstream.events.State;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** When a decision is made: the clock's time in whole milliseconds, never before the aggregate's last event. */
public record Time(Clock clock) {
    public Instant after(@Nullable State state) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return state != null && state.updatedAt().isAfter(now) ? state.updatedAt() : now;
    }
}
