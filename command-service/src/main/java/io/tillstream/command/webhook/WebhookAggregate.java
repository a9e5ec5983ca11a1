package io.tillstream.command.webhook;

import static org.axonframework.modelling.command.AggregateCreationPolicy.CREATE_IF_MISSING;

import io.tillstream.command.platform.EventSourced;
import io.tillstream.command.platform.Others;
import io.tillstream.command.platform.Time;
import io.tillstream.command.webhook.WebhookCommand.ChangeWebhook;
import io.tillstream.command.webhook.WebhookCommand.CreateWebhook;
import io.tillstream.command.webhook.WebhookCommand.DeleteWebhook;
import io.tillstream.command.webhook.WebhookCommand.NewHeaders;
import io.tillstream.command.webhook.WebhookCommand.RotateWebhookSecret;
import io.tillstream.command.webhook.WebhookCommand.SuspendWebhook;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.product.Product;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookEvent;
import io.tillstream.store.Secrets;
import java.util.UUID;
import java.util.function.Predicate;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/** A webhook, to Axon. What is secret is written and forgotten in the transaction of the event that names it. */
@AggregateRoot(type = "webhook")
class WebhookAggregate extends EventSourced<Webhook, WebhookEvent> {
    WebhookAggregate() {
        super(Webhook.CONCEPT);
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Webhook handle(CreateWebhook command, Time time, Others others, Secrets secrets) {
        return decide(time, (webhook, now) -> {
            var events = WebhookRules.create(
                    webhook, command, () -> others.countExclusively(Webhook.CONCEPT), products(others), now);
            if (!events.isEmpty()) {
                secrets.putForDispatcher(command.secret().id(), command.secret().inFull());
                keep(command.headers(), secrets);
            }
            return events;
        });
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Webhook handle(ChangeWebhook command, Time time, Others others, Secrets secrets) {
        @Nullable Webhook[] before = new Webhook[1];
        Webhook after = decide(time, (webhook, now) -> {
            before[0] = webhook;
            keep(command.headers(), secrets);
            return WebhookRules.change(webhook, command, products(others), now);
        });
        forget(before[0], after, secrets);
        return after;
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Webhook handle(RotateWebhookSecret command, Time time, Secrets secrets) {
        @Nullable Webhook[] before = new Webhook[1];
        Webhook after = decide(time, (webhook, now) -> {
            before[0] = webhook;
            secrets.putForDispatcher(command.secret().id(), command.secret().inFull());
            return WebhookRules.rotate(webhook, command, now);
        });
        forget(before[0], after, secrets);
        return after;
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Webhook handle(DeleteWebhook command, Time time, Secrets secrets) {
        @Nullable Webhook[] before = new Webhook[1];
        Webhook after = decide(time, (webhook, now) -> {
            before[0] = webhook;
            return WebhookRules.delete(webhook, now);
        });
        forget(before[0], after, secrets);
        return after;
    }

    @CommandHandler
    Webhook handle(SuspendWebhook command, Time time) {
        return decide(time, (webhook, now) -> WebhookRules.suspend(webhook, command, now));
    }

    private static void keep(@Nullable NewHeaders headers, Secrets secrets) {
        if (headers == null || headers.values().isEmpty()) return;
        secrets.putForDispatcher(headers.id(), EventJson.STORED.writeValueAsString(headers.values()));
    }

    private static void forget(@Nullable Webhook before, Webhook after, Secrets secrets) {
        for (UUID row : WebhookRules.leftBehind(before, after)) secrets.delete(row);
    }

    private static Predicate<UUID> products(Others others) {
        return id -> others.live(Product.CONCEPT, id) != null;
    }
}
