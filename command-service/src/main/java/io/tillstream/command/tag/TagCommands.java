package io.tillstream.command.tag;

import io.tillstream.command.platform.AggregateType;
import io.tillstream.command.platform.Constraints;
import io.tillstream.events.tag.Tag;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The tag concept's beans. */
@Configuration
@Import(TagCommandController.class)
public class TagCommands {
    @Bean
    AggregateType tagAggregate() {
        return new AggregateType(TagAggregate.class);
    }

    @Bean
    Constraints tagConstraints() {
        return new Constraints(Map.of(Tag.SLUG, TagRefusal.SLUG_TAKEN));
    }
}
