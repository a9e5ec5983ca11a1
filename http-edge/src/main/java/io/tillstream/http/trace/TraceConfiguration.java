package io.tillstream.http.trace;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** One {@link Traces} for whatever runs in this process. */
@Configuration
@EnableConfigurationProperties(TraceSettings.class)
public class TraceConfiguration {
    @Bean
    Traces traces(TraceSettings settings, Environment environment) {
        return Traces.of(settings, environment.getProperty("spring.application.name", "tillstream"));
    }
}
