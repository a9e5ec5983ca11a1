package io.tillstream.command;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Runs the write side alone. */
@Configuration
@EnableAutoConfiguration
@Import(CommandServiceConfiguration.class)
public class CommandService {
    public static void main(String[] args) {
        // nobody reads the console of a service: what the first start needs is given to it
        new SpringApplicationBuilder(CommandService.class)
                .properties(
                        "tillstream.generate=false",
                        "spring.application.name=command-service",
                        "logging.structured.format.console=ecs")
                .run(args);
    }
}
