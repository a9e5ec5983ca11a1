package io.tillstream.command.user;

import io.tillstream.command.platform.AggregateType;
import io.tillstream.command.platform.Constraints;
import io.tillstream.events.user.User;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The user concept's beans. */
@Configuration
@Import(UserCommandController.class)
public class UserCommands {
    @Bean
    AggregateType userAggregate() {
        return new AggregateType(UserAggregate.class);
    }

    @Bean
    Constraints userConstraints() {
        return new Constraints(Map.of(User.EMAIL, UserRefusal.EMAIL_TAKEN));
    }
}
