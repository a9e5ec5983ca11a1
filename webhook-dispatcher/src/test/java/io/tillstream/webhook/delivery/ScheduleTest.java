package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.webhook.delivery.DeliveryQueue.Circuit;
import io.tillstream.webhook.delivery.Exchange.Answered;
import io.tillstream.webhook.delivery.Exchange.Forbidden;
import io.tillstream.webhook.delivery.Exchange.NotSent;
import io.tillstream.webhook.delivery.Exchange.TimedOut;
import io.tillstream.webhook.delivery.Exchange.Unreachable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    private static final Schedule SCHEDULE =
            new Schedule(List.of(Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofHours(24)));
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    @ParameterizedTest
    @CsvSource({"1, PT5S", "2, PT1M", "3, PT24H"})
    void waitsLongerEachTime(int attempt, Duration wait) {
        assertThat(SCHEDULE.after(attempt, 4, Optional.empty(), 0.5)).contains(wait);
    }

    @Test
    void givesUpAfterTheLastAttempt() {
        assertThat(SCHEDULE.after(4, 4, Optional.empty(), 0.5)).isEmpty();
        assertThat(SCHEDULE.after(1, 1, Optional.empty(), 0.5)).isEmpty();
        assertThat(SCHEDULE.maxAttempts()).isEqualTo(4);
    }

    @Test
    void spreadsWhatFailedTogether() {
        assertThat(SCHEDULE.after(2, 4, Optional.empty(), 0)).contains(Duration.ofSeconds(54));
        assertThat(SCHEDULE.after(2, 4, Optional.empty(), 1)).contains(Duration.ofSeconds(66));
    }

    @Test
    void waitsAsLongAsTheReceiverAsksForWithinReason() {
        assertThat(SCHEDULE.after(1, 4, Optional.of(Duration.ofMinutes(10)), 0.5))
                .contains(Duration.ofMinutes(10));
        assertThat(SCHEDULE.after(2, 4, Optional.of(Duration.ofSeconds(1)), 0.5))
                .contains(Duration.ofMinutes(1));
        assertThat(SCHEDULE.after(1, 4, Optional.of(Duration.ofDays(400)), 0.5)).contains(Duration.ofHours(24));
    }

    @Test
    void saysWhatFollowsFromAnExchange() {
        assertThat(outcome(answered(204), 1)).isEqualTo(new Outcome.Delivered());
        assertThat(outcome(answered(410), 1)).isEqualTo(new Outcome.GaveUp(true));
        for (Exchange failed :
                List.of(answered(500), answered(400), new TimedOut(""), new Unreachable(""), new Forbidden(""))) {
            assertThat(outcome(failed, 1)).isEqualTo(new Outcome.WillRetry(NOW.plusSeconds(5)));
            assertThat(outcome(failed, 4)).isEqualTo(new Outcome.GaveUp(false));
        }
    }

    @Test
    void blamesTheReceiverForWhatIsTheReceiversOnly() {
        assertThat(Outcome.unavailable(answered(503))).isTrue();
        assertThat(Outcome.unavailable(answered(429))).isTrue();
        assertThat(Outcome.unavailable(new TimedOut(""))).isTrue();
        assertThat(Outcome.unavailable(answered(404))).isFalse();
        assertThat(Outcome.unavailable(new NotSent(""))).isFalse();
    }

    @Test
    void pausesLongerTheLongerAReceiverIsAway() {
        assertThat(Sending.pause(Sending.PATIENCE)).isEqualTo(Duration.ofSeconds(5));
        assertThat(Sending.pause(Sending.PATIENCE + 2)).isEqualTo(Duration.ofSeconds(20));
        assertThat(Sending.pause(10_000)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void countsWhatWasUnderWayTogetherOnce() {
        List<Instant> together = Collections.nCopies(16, NOW);
        assertThat(Sending.unavailable(new Circuit(0, null), together)).isEqualTo(Sending.PATIENCE);
        Circuit paused = new Circuit(Sending.PATIENCE, NOW.plusSeconds(5));
        assertThat(Sending.unavailable(paused, together)).isEqualTo(Sending.PATIENCE);
        assertThat(Sending.unavailable(paused, List.of(NOW, NOW.plusSeconds(5))))
                .isEqualTo(Sending.PATIENCE + 1);
        assertThat(Sending.unavailable(paused, List.of())).isEqualTo(Sending.PATIENCE);
        assertThat(Sending.unavailable(new Circuit(3, null), List.of(NOW))).isEqualTo(4);
    }

    @Test
    void makesIdsThatAscendHoweverManyAnInstantHas() {
        List<UUID> ids = Stream.generate(() -> Ids.at(NOW)).limit(20_000).toList();
        assertThat(ids)
                .isSortedAccordingTo(Comparator.comparing(UUID::toString))
                .doesNotHaveDuplicates();
        assertThat(Duration.between(NOW, Ids.time(ids.getLast()))).isLessThan(Duration.ofMillis(10));
    }

    private static Outcome outcome(Exchange exchange, int attempt) {
        return Outcome.of(exchange, attempt, 4, SCHEDULE, NOW, 0.5);
    }

    private static Exchange answered(int status) {
        return new Answered(status, null, Optional.empty());
    }
}
