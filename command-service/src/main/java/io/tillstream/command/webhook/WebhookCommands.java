package io.tillstream.command.webhook;

import io.tillstream.command.platform.AggregateType;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.http.outgoing.OutgoingConfiguration;
import io.tillstream.store.WritableStore;
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

    @Bean(initMethod = "start")
    WhenWebhookIsOfNoUseSuspendIt whenWebhookIsOfNoUseSuspendIt(WritableStore store, CommandSender commands) {
        return new WhenWebhookIsOfNoUseSuspendIt(store.jdbc(), commands);
    }
}
