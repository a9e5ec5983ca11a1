package io.tillstream.command.access;

import static org.axonframework.modelling.command.AggregateCreationPolicy.CREATE_IF_MISSING;

import io.tillstream.command.access.AccessCommand.EndAccess;
import io.tillstream.command.access.AccessCommand.ExtendAccess;
import io.tillstream.command.access.AccessCommand.GrantAccess;
import io.tillstream.command.access.AccessCommand.MakeAccessPermanent;
import io.tillstream.command.access.AccessCommand.RecordAccessExpiry;
import io.tillstream.command.access.AccessCommand.RevokeAccess;
import io.tillstream.command.access.AccessCommand.SetAccessDuration;
import io.tillstream.command.access.AccessCommand.SetAccessExpiry;
import io.tillstream.command.platform.EventSourced;
import io.tillstream.command.platform.Others;
import io.tillstream.command.platform.Time;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.product.Product;
import io.tillstream.events.user.User;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.modelling.command.CreationPolicy;

/** A customer's access to a product, to Axon. */
@AggregateRoot(type = "access")
class AccessAggregate extends EventSourced<Access, AccessEvent> {
    AccessAggregate() {
        super(Access.CONCEPT);
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Access handle(GrantAccess command, Time time, Others others) {
        Product product = others.live(Product.CONCEPT, command.productId());
        User user = others.live(User.CONCEPT, command.userId());
        return decide(time, (access, now) -> AccessRules.grant(access, product, user, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Access handle(ExtendAccess command, Time time) {
        return decide(time, (access, now) -> AccessRules.extend(access, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Access handle(SetAccessExpiry command, Time time) {
        return decide(time, (access, now) -> AccessRules.setExpiry(access, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Access handle(SetAccessDuration command, Time time) {
        return decide(time, (access, now) -> AccessRules.setDuration(access, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Access handle(MakeAccessPermanent command, Time time) {
        return decide(time, (access, now) -> AccessRules.makePermanent(access, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Access handle(RevokeAccess command, Time time) {
        return decide(time, (access, now) -> AccessRules.revoke(access, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Access handle(EndAccess command, Time time) {
        return decide(time, (access, now) -> AccessRules.end(access, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Access handle(RecordAccessExpiry command, Time time) {
        return decide(time, (access, now) -> AccessRules.recordExpiry(access, command, now));
    }
}
