package io.tillstream.command.apikey;

import io.tillstream.command.platform.AggregateType;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.store.WritableStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The API key concept's beans. */
@Configuration
@Import(ApiKeyCommandController.class)
public class ApiKeyCommands {
    @Bean
    AggregateType apiKeyAggregate() {
        return new AggregateType(ApiKeyAggregate.class);
    }

    @Bean
    OperatorKeys operatorKeys(CommandSender commands, WritableStore store) {
        return new OperatorKeys(commands, store.jdbc());
    }
}
