package io.tillstream.events.webhook;

import java.time.Duration;

/**
 * How fast deliveries may follow each other.
 *
 * @param per {@code second} or {@code minute}
 */
public record DeliveryRate(int deliveries, String per) {
    public static final String SECOND = "second";
    public static final String MINUTE = "minute";

    /** From one delivery to the next. */
    public Duration spacing() {
        return Duration.ofSeconds(per.equals(MINUTE) ? 60 : 1).dividedBy(deliveries);
    }
}
