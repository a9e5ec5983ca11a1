package io.tillstream.webhook;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How deliveries are sent.
 *
 * @param postgresUrl where the dispatcher keeps its schema; the event store's server if null
 * @param retries the waits after the first, second, … failed attempt; three days in all
 * @param timeout of an attempt, from connecting to the answer's end
 * @param leaseMargin how much longer than an attempt its lease is, and so what may pass before and after it
 * @param inFlight attempts of this instance at a time
 * @param perEndpoint attempts to one endpoint at a time
 * @param suspendAfter how long an endpoint may fail without a success in between
 * @param retention how long deliveries and their payloads are kept
 * @param afterLoss what to do when the dispatcher's schema was lost or is an older one
 */
@ConfigurationProperties("tillstream.webhook")
public record WebhookSettings(
        @Nullable String postgresUrl,

        @DefaultValue({"5s", "1m", "5m", "30m", "2h", "5h", "10h", "12h", "24h", "24h"})
        List<Duration> retries,

        @DefaultValue("3s") Duration connectTimeout,
        @DefaultValue("5s") Duration timeout,
        @DefaultValue("15s") Duration leaseMargin,
        @DefaultValue("256") int inFlight,
        @DefaultValue("16") int perEndpoint,
        @DefaultValue("5d") Duration suspendAfter,
        @DefaultValue("30d") Duration retention,
        @DefaultValue("hold") AfterLoss afterLoss) {
    public WebhookSettings {
        if (leaseMargin.compareTo(Duration.ofSeconds(1)) < 0)
            throw new IllegalArgumentException("tillstream.webhook.lease-margin is a second or more");
    }

    public int maxAttempts() {
        return retries.size() + 1;
    }
}
