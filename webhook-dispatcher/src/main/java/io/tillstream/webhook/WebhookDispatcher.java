package io.tillstream.webhook;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Runs the dispatcher alone. */
@Configuration
@EnableAutoConfiguration
@Import(WebhookDispatcherConfiguration.class)
public class WebhookDispatcher {
    public static void main(String[] args) {
        new SpringApplicationBuilder(WebhookDispatcher.class)
                .properties("spring.application.name=webhook-dispatcher", "logging.structured.format.console=ecs")
                .run(args);
    }
}
