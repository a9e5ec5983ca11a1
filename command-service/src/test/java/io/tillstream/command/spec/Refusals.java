package io.tillstream.command.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tillstream.http.error.Refusal;
import io.tillstream.http.error.Refused;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Says that a decision is refused, and why. */
public final class Refusals {
    private Refusals() {}

    public static void assertRefused(Refusal refusal, ThrowingCallable decision) {
        Refused refused = catchThrowableOfType(Refused.class, decision);
        assertThat(refused).as("refused for %s", refusal).isNotNull();
        assertThat(refused.refusal()).isEqualTo(refusal);
    }
}
