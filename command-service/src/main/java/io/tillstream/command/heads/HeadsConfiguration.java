package io.tillstream.command.heads;

import io.tillstream.store.Appended;
import io.tillstream.store.MasterKey;
import io.tillstream.store.WritableStore;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The writer of tree heads and its health. */
@Configuration
@EnableConfigurationProperties(HeadsSettings.class)
public class HeadsConfiguration {
    @Bean(initMethod = "start")
    HeadWriter headWriter(
            @Qualifier("writer") DataSource writer,
            WritableStore store,
            MasterKey master,
            Appended appended,
            Clock clock,
            HeadsSettings settings) {
        return new HeadWriter(writer, store, master, appended, clock, settings.headsFile());
    }

    /** Down when this instance wants to sign and can't; another instance may hold the lease. */
    @Bean
    HealthIndicator headsHealthIndicator(HeadWriter heads) {
        return () -> {
            String trouble = heads.trouble();
            Health.Builder health =
                    trouble == null ? Health.up() : Health.down().withDetail("reason", trouble);
            health.withDetail("signing", heads.signing());
            if (heads.signing()) health.withDetail("size", heads.size());
            return health.build();
        };
    }
}
