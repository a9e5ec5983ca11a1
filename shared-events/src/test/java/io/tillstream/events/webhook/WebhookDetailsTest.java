package io.tillstream.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.envelope.EventJson;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What came to the details later is optional in their JSON, so that it is no new revision. */
class WebhookDetailsTest {
    @Test
    void readWithAndWithoutPace() {
        WebhookDetails plain = details(null, null);
        String json = EventJson.STORED.writeValueAsString(plain);
        assertThat(json).doesNotContain("rate_limit").doesNotContain("strict_order");
        assertThat(EventJson.STORED.readValue(json, WebhookDetails.class)).isEqualTo(plain);
        WebhookDetails paced = details(new DeliveryRate(90, DeliveryRate.MINUTE), true);
        String more = EventJson.STORED.writeValueAsString(paced);
        assertThat(more).contains("\"rate_limit\":{\"deliveries\":90,\"per\":\"minute\"},\"strict_order\":true");
        assertThat(EventJson.STORED.readValue(more, WebhookDetails.class)).isEqualTo(paced);
    }

    @Test
    void spaceDeliveriesEvenly() {
        assertThat(new DeliveryRate(90, DeliveryRate.MINUTE).spacing()).isEqualTo(Duration.ofNanos(666_666_666));
        assertThat(new DeliveryRate(4, DeliveryRate.SECOND).spacing()).isEqualTo(Duration.ofMillis(250));
    }

    private static WebhookDetails details(@Nullable DeliveryRate rate, @Nullable Boolean strict) {
        return new WebhookDetails(
                "https://example.com", List.of("*"), null, "all", List.of(), null, null, rate, strict);
    }
}
