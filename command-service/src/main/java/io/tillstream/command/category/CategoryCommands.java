package io.tillstream.command.category;

import io.tillstream.command.platform.AggregateType;
import io.tillstream.command.platform.Constraints;
import io.tillstream.events.category.Category;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The category concept's beans. */
@Configuration
@Import(CategoryCommandController.class)
public class CategoryCommands {
    @Bean
    AggregateType categoryAggregate() {
        return new AggregateType(CategoryAggregate.class);
    }

    @Bean
    Constraints categoryConstraints() {
        return new Constraints(Map.of(Category.SLUG, CategoryRefusal.SLUG_TAKEN));
    }
}
