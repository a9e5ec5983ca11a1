package io.tillstream.command.category;

import static org.axonframework.modelling.command.AggregateCreationPolicy.CREATE_IF_MISSING;

import io.tillstream.command.category.CategoryCommand.ChangeCategory;
import io.tillstream.command.category.CategoryCommand.CreateCategory;
import io.tillstream.command.category.CategoryCommand.DeleteCategory;
import io.tillstream.command.platform.EventSourced;
import io.tillstream.command.platform.Time;
import io.tillstream.events.category.Category;
import io.tillstream.events.category.CategoryEvent;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.modelling.command.CreationPolicy;

/** A category, to Axon. */
@AggregateRoot(type = "category")
class CategoryAggregate extends EventSourced<Category, CategoryEvent> {
    CategoryAggregate() {
        super(Category.CONCEPT);
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Category handle(CreateCategory command, Time time) {
        return decide(time, (category, now) -> CategoryRules.create(category, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Category handle(ChangeCategory command, Time time) {
        return decide(time, (category, now) -> CategoryRules.change(category, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Category handle(DeleteCategory command, Time time) {
        return decide(time, (category, now) -> CategoryRules.delete(category, command, now));
    }
}
