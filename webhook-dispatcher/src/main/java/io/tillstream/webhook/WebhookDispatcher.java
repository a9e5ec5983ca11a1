package io.tillstream.webhook;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Runs the dispatcher alone. */
@Configuration
@EnableAutoConfiguration
@Import(WebhookDispatcherConfiguration.class)
public class WebhookDispatcher {
    public static void main(String[] args) {
        SpringApplication.run(WebhookDispatcher.class, args);
    }
}
