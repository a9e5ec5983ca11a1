package io.tillstream.command.webhook;

import io.tillstream.command.platform.AggregateType;
import io.tillstream.http.outgoing.OutgoingConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The webhook concept's beans. */
@Configuration
@Import({WebhookCommandController.class, OutgoingConfiguration.class})
public class WebhookCommands {
    @Bean
    AggregateType webhookAggregate() {
        return new AggregateType(WebhookAggregate.class);
    }
}
