package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.webhook.AfterLoss;
import io.tillstream.webhook.WebhookSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** How deliveries are sent where nobody has said anything, as docs/webhooks.md tells it. */
class SettingsTest {
    private final WebhookSettings settings = new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("tillstream.webhook", WebhookSettings.class);

    @Test
    void retryForThreeDays() {
        assertThat(settings.retries())
                .containsExactly(
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(30),
                        Duration.ofHours(2),
                        Duration.ofHours(5),
                        Duration.ofHours(10),
                        Duration.ofHours(12),
                        Duration.ofHours(24),
                        Duration.ofHours(24));
        assertThat(settings.maxAttempts()).isEqualTo(11);
        assertThat(settings.retries().stream().reduce(Duration.ZERO, Duration::plus))
                .isGreaterThan(Duration.ofDays(3));
    }

    @Test
    void keepDeliveriesForAMonthAndWaitFiveSecondsForAnAnswer() {
        assertThat(settings)
                .isEqualTo(new WebhookSettings(
                        null,
                        settings.retries(),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        256,
                        16,
                        Duration.ofDays(5),
                        Duration.ofDays(30),
                        AfterLoss.HOLD));
    }
}
