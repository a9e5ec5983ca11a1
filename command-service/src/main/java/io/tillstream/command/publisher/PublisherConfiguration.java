package io.tillstream.command.publisher;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tillstream.http.trace.Traces;
import io.tillstream.store.Appended;
import io.tillstream.store.CloudEvents;
import io.tillstream.store.WritableStore;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The publisher and its health. */
@Configuration
@EnableConfigurationProperties(PublisherSettings.class)
public class PublisherConfiguration {
    @Bean(initMethod = "start")
    Publisher publisher(
            @Qualifier("writer") DataSource writer,
            WritableStore store,
            CloudEvents events,
            Appended appended,
            PublisherSettings settings,
            Traces traces) {
        return new Publisher(writer, store, events, appended, settings, traces);
    }

    /** How far the topic is behind the store; only where this instance publishes, or would if it could. */
    @Bean
    MeterBinder publisherLag(Publisher publisher, WritableStore store) {
        return meters -> {
            Gauge.builder("tillstream.publisher.lag", publisher, p -> lag(p, store))
                    .description("Positions that are stored and not yet acknowledged by the broker")
                    .baseUnit("events")
                    .register(meters);
            Gauge.builder(
                            "tillstream.publisher.lag.time",
                            publisher,
                            p -> lag(p, store) > 0 ? p.behindFor().toMillis() / 1000.0 : 0)
                    .description("How long there has been something to publish")
                    .baseUnit("seconds")
                    .register(meters);
        };
    }

    private static double lag(Publisher publisher, WritableStore store) {
        return publisher.responsible() ? Math.max(0, store.log().highest() - publisher.position()) : Double.NaN;
    }

    /** Down when this instance wants to publish and can't; another instance may hold the lease. */
    @Bean
    HealthIndicator publisherHealthIndicator(Publisher publisher, WritableStore store) {
        return new AbstractHealthIndicator("The topic's lag can't be told") {
            @Override
            protected void doHealthCheck(Health.Builder health) {
                String trouble = publisher.trouble();
                if (trouble == null) health.up();
                else health.down().withDetail("reason", trouble);
                health.withDetail("publishing", publisher.publishing());
                if (publisher.responsible()) {
                    health.withDetail("position", publisher.position())
                            .withDetail("lag_events", Math.max(0, store.log().highest() - publisher.position()));
                }
            }
        };
    }
}
