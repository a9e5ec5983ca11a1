package io.tillstream.query;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The query service by itself. */
@Configuration
@EnableAutoConfiguration
@Import(QueryServiceConfiguration.class)
public class QueryService {
    public static void main(String[] arguments) {
        SpringApplication service = new SpringApplication(QueryService.class);
        // Set here and not in a file: in one process with the others, logs are for people.
        service.setDefaultProperties(
                Map.of("spring.application.name", "query-service", "logging.structured.format.console", "ecs"));
        service.run(arguments);
    }
}
