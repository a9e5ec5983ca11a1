package io.tillstream.query.admin;

import io.tillstream.events.admin.Admin;
import io.tillstream.query.platform.Actors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Admins as others show them. */
@Configuration
public class AdminReads {
    @Bean
    Actors.Kind<Admin> adminsAsActors() {
        return new Actors.Kind<>("admin", Admin.CONCEPT, Admin::email);
    }
}
