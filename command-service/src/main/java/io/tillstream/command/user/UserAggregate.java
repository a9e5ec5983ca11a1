package io.tillstream.command.user;

import static org.axonframework.modelling.command.AggregateCreationPolicy.CREATE_IF_MISSING;

import io.tillstream.command.platform.EventSourced;
import io.tillstream.command.platform.Time;
import io.tillstream.command.user.UserCommand.EraseUser;
import io.tillstream.command.user.UserCommand.RegisterUser;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.modelling.command.CreationPolicy;

/** A customer's account, to Axon. */
@AggregateRoot(type = "user")
class UserAggregate extends EventSourced<User, UserEvent> {
    UserAggregate() {
        super(User.CONCEPT);
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    User handle(RegisterUser command, Time time) {
        return decide(time, (user, now) -> UserRules.register(user, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    User handle(EraseUser command, Time time) {
        return decide(time, (user, now) -> UserRules.erase(user, command, now));
    }
}
