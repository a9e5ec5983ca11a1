package io.tillstream.command.tag;

import static org.axonframework.modelling.command.AggregateCreationPolicy.CREATE_IF_MISSING;

import io.tillstream.command.platform.EventSourced;
import io.tillstream.command.platform.Time;
import io.tillstream.command.tag.TagCommand.ChangeTag;
import io.tillstream.command.tag.TagCommand.CreateTag;
import io.tillstream.command.tag.TagCommand.DeleteTag;
import io.tillstream.events.tag.Tag;
import io.tillstream.events.tag.TagEvent;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.modelling.command.CreationPolicy;

/** A tag, to Axon. */
@AggregateRoot(type = "tag")
class TagAggregate extends EventSourced<Tag, TagEvent> {
    TagAggregate() {
        super(Tag.CONCEPT);
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Tag handle(CreateTag command, Time time) {
        return decide(time, (tag, now) -> TagRules.create(tag, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Tag handle(ChangeTag command, Time time) {
        return decide(time, (tag, now) -> TagRules.change(tag, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Tag handle(DeleteTag command, Time time) {
        return decide(time, (tag, now) -> TagRules.delete(tag, command, now));
    }
}
