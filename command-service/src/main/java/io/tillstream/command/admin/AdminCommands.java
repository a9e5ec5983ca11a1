package io.tillstream.command.admin;

import io.tillstream.command.apikey.OperatorKeys;
import io.tillstream.command.platform.AggregateType;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.platform.Constraints;
import io.tillstream.events.admin.Admin;
import io.tillstream.http.session.Sessions;
import io.tillstream.store.WritableStore;
import java.util.Map;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The admin concept's beans. */
@Configuration
@EnableConfigurationProperties(FirstStartSettings.class)
@Import(SessionController.class)
public class AdminCommands {
    @Bean
    AggregateType adminAggregate() {
        return new AggregateType(AdminAggregate.class);
    }

    @Bean
    Constraints adminConstraints() {
        return new Constraints(Map.of(Admin.EMAIL, AdminRefusal.EMAIL_TAKEN));
    }

    @Bean
    Admins admins(CommandSender commands, WritableStore store, Sessions sessions) {
        return new Admins(commands, store, sessions);
    }

    @Bean(initMethod = "run")
    FirstStart firstStart(FirstStartSettings settings, Admins admins, OperatorKeys keys) {
        return new FirstStart(settings, admins, keys);
    }
}
