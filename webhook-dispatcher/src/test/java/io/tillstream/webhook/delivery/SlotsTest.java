package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Duration TENTH = Duration.ofMillis(100);

    @Test
    void beginWithOne() {
        Slots slots = Slots.at(NOW, null, TENTH);
        assertThat(slots.free()).isEqualTo(1);
        assertThat(slots.after(1)).isEqualTo(NOW.plus(TENTH));
    }

    @Test
    void areNotThereBeforeTheirTime() {
        assertThat(Slots.at(NOW, NOW.plusMillis(1), TENTH).free()).isZero();
        assertThat(Slots.at(NOW, NOW, TENTH).free()).isEqualTo(1);
    }

    @Test
    void areMadeUpForWhenSomebodyComesALittleLate() {
        Slots slots = Slots.at(NOW, NOW.minusMillis(250), TENTH);
        assertThat(slots.free()).isEqualTo(3);
        assertThat(slots.after(3)).isEqualTo(NOW.plusMillis(50));
        assertThat(slots.after(1)).isEqualTo(NOW.minusMillis(150));
    }

    @Test
    void areNotSavedUp() {
        assertThat(Slots.at(NOW, NOW.minusSeconds(3_600), TENTH).free()).isEqualTo(1);
    }

    @Test
    void mayBeLongerThanAMinuteIsKept() {
        Slots slots = Slots.at(NOW, NOW.minusMillis(200), Duration.ofSeconds(60));
        assertThat(slots.free()).isEqualTo(1);
        assertThat(slots.after(1)).isEqualTo(NOW.plusSeconds(60).minusMillis(200));
    }

    @Test
    void beginAnewWhereTheNextOneIsByAnotherClockOrASlowerRate() {
        Slots slots = Slots.at(NOW, NOW.plusSeconds(60), TENTH);
        assertThat(slots.free()).isEqualTo(1);
        assertThat(slots.after(1)).isEqualTo(NOW.plus(TENTH));
        assertThat(Slots.at(NOW, NOW.plusSeconds(60), Duration.ofMinutes(1)).free())
                .isZero();
        assertThat(Slots.at(NOW, NOW.plusSeconds(15), TENTH).free()).isZero();
    }
}
