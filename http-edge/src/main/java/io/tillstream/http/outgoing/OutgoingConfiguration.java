package io.tillstream.http.outgoing;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** For the services that send to addresses of clients' choice, or accept such. */
@Configuration
@EnableConfigurationProperties(OutgoingSettings.class)
public class OutgoingConfiguration {
    @Bean
    @ConditionalOnMissingBean(Names.class)
    Dns dns() {
        return new Dns();
    }

    @Bean
    Targets targets(OutgoingSettings settings, Names names) {
        try {
            return new Targets(settings.allow(), names);
        } catch (IllegalArgumentException e) {
            // not as the cause: the innermost message is what an operator sees
            throw new IllegalArgumentException("TILLSTREAM_WEBHOOK_ALLOW: " + e.getMessage());
        }
    }
}
