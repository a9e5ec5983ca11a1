package io.tillstream.command.product;

import io.tillstream.command.platform.AggregateType;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.platform.Constraints;
import io.tillstream.events.product.Product;
import java.time.Clock;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The product concept's beans. */
@Configuration
@Import(ProductCommandController.class)
public class ProductCommands {
    @Bean
    AggregateType productAggregate() {
        return new AggregateType(ProductAggregate.class);
    }

    @Bean
    Constraints productConstraints() {
        return new Constraints(Map.of(
                Product.SLUG,
                ProductRefusal.SLUG_TAKEN,
                Product.BUNDLE,
                ProductRefusal.BUNDLED_PRODUCT_GONE,
                Product.CONCEPT.name(),
                ProductRefusal.STILL_REFERRED_TO));
    }

    @Bean
    NewProducts newProducts(CommandSender commands, Clock clock) {
        return new NewProducts(commands, clock);
    }
}
