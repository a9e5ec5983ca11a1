package io.tillstream.command.access;

import io.tillstream.command.platform.AggregateType;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.platform.Constraints;
import io.tillstream.command.platform.Reaction;
import io.tillstream.events.access.Access;
import io.tillstream.store.WritableStore;
import java.time.Clock;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The access concept's beans. */
@Configuration
@Import(AccessCommandController.class)
public class AccessCommands {
    @Bean
    AggregateType accessAggregate() {
        return new AggregateType(AccessAggregate.class);
    }

    @Bean
    Constraints accessConstraints() {
        return new Constraints(Map.of(
                Access.USER_AND_PRODUCT, AccessRefusal.ALREADY_GRANTED,
                Access.PRODUCT, AccessRefusal.PRODUCT_UNKNOWN,
                // the rules see to it that there is such a user
                Access.USER, AccessRefusal.USER_ERASED));
    }

    @Bean
    Reaction whenUserErasedRevokeAccess(WritableStore store) {
        return new WhenUserErasedRevokeAccess(store.derived());
    }

    @Bean(initMethod = "start")
    WhenAccessDueExpire whenAccessDueExpire(WritableStore store, CommandSender commands, Clock clock) {
        return new WhenAccessDueExpire(store.jdbc(), commands, clock);
    }
}
