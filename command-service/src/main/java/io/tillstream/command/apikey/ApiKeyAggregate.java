package io.tillstream.command.apikey;

import static org.axonframework.modelling.command.AggregateCreationPolicy.CREATE_IF_MISSING;

import io.tillstream.command.apikey.ApiKeyCommand.ChangeApiKey;
import io.tillstream.command.apikey.ApiKeyCommand.CreateApiKey;
import io.tillstream.command.apikey.ApiKeyCommand.RevokeApiKey;
import io.tillstream.command.apikey.ApiKeyCommand.RotateApiKey;
import io.tillstream.command.platform.EventSourced;
import io.tillstream.command.platform.Time;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.events.apikey.ApiKeyEvent;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.AggregateLifecycle;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.modelling.command.CreationPolicy;

/** An API key, to Axon. */
@AggregateRoot(type = "api_key")
class ApiKeyAggregate extends EventSourced<ApiKey, ApiKeyEvent> {
    /** A key and the one that took over from it. */
    record Rotation(ApiKey old, ApiKey successor) {}

    ApiKeyAggregate() {
        super(ApiKey.CONCEPT);
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    ApiKey handle(CreateApiKey command, Time time) {
        return decide(time, (key, now) -> ApiKeyRules.create(key, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    ApiKey handle(ChangeApiKey command, Time time) {
        return decide(time, (key, now) -> ApiKeyRules.change(key, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    ApiKey handle(RevokeApiKey command, Time time) {
        return decide(time, (key, now) -> ApiKeyRules.revoke(key, command, now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Rotation handle(RotateApiKey command, Time time) throws Exception {
        ApiKey old = decide(time, (key, now) -> ApiKeyRules.rotate(key, command, now));
        ApiKeyCreated created = ApiKeyRules.successor(old, command, old.updatedAt());
        AggregateLifecycle.createNew(ApiKeyAggregate.class, () -> madeBy(created));
        return new Rotation(old, ApiKey.after(null, created));
    }

    private static ApiKeyAggregate madeBy(ApiKeyCreated created) {
        ApiKeyAggregate successor = new ApiKeyAggregate();
        AggregateLifecycle.apply(created);
        return successor;
    }
}
