package io.tillstream.command.publisher;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.store.Appended;
import io.tillstream.store.WritableStore;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
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
            EventJson json,
            Appended appended,
            PublisherSettings settings) {
        return new Publisher(writer, store, json, appended, settings);
    }

    /** Down when this instance wants to publish and can't; another instance may hold the lease. */
    @Bean
    HealthIndicator publisherHealthIndicator(Publisher publisher, WritableStore store) {
        return () -> {
            String trouble = publisher.trouble();
            Health.Builder health =
                    trouble == null ? Health.up() : Health.down().withDetail("reason", trouble);
            health.withDetail("publishing", publisher.publishing());
            if (publisher.publishing()) {
                health.withDetail("position", publisher.position())
                        .withDetail("lag_events", Math.max(0, store.log().highest() - publisher.position()));
            }
            return health.build();
        };
    }
}
