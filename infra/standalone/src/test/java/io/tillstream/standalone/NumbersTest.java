package io.tillstream.standalone;

import static io.tillstream.standalone.Numbers.Place.AGAIN;
import static io.tillstream.standalone.Numbers.Place.AHEAD;
import static io.tillstream.standalone.Numbers.Place.LATE;
import static io.tillstream.standalone.Numbers.Place.NEXT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {
    private final Numbers numbers = new Numbers();

    @Test
    void tellWhatIsMissingUntilItComes() {
        assertThat(numbers.came(1)).isEqualTo(NEXT);
        assertThat(numbers.gap()).isNull();
        assertThat(numbers.came(4)).isEqualTo(AHEAD);
        assertThat(numbers.gap()).hasToString("#2 to #3");
        assertThat(numbers.came(6)).isEqualTo(AHEAD);
        assertThat(numbers.came(3)).isEqualTo(LATE);
        assertThat(numbers.gap()).hasToString("#2");
        assertThat(numbers.came(2)).isEqualTo(LATE);
        assertThat(numbers.gap()).hasToString("#5");
        assertThat(numbers.came(5)).isEqualTo(LATE);
        assertThat(numbers.gap()).isNull();
        assertThat(numbers.came(4)).isEqualTo(AGAIN);
        assertThat(numbers.came(7)).isEqualTo(NEXT);
    }

    @Test
    void takeAnyNumberWithoutCountingUpToIt() {
        assertThat(numbers.came(999_999_999_999_999_999L)).isEqualTo(AHEAD);
        assertThat(numbers.gap()).hasToString("#1 to #999999999999999998");
    }
}
