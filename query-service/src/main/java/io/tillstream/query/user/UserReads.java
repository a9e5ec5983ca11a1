package io.tillstream.query.user;

import io.tillstream.events.product.Product;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.QuerySettings;
import io.tillstream.query.platform.Reads;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Accounts as they are stored for reading. */
@Configuration
public class UserReads {
    @Bean
    CustomerProjection customerProjection(QuerySettings settings) {
        return new CustomerProjection(settings.currency());
    }

    @Bean
    UserQueryController userQueryController(
            CustomerProjection projection, Reads reads, Documents<Product> products, QuerySettings settings) {
        return new UserQueryController(reads.of(projection), products, settings.currency());
    }
}
