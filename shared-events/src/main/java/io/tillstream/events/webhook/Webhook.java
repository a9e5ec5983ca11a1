package io.tillstream.events.webhook;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.Concept;
import io.tillstream.events.State;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.webhook.WebhookEvent.SecretName;
import io.tillstream.events.webhook.WebhookEvent.WebhookCreated;
import io.tillstream.events.webhook.WebhookEvent.WebhookDeleted;
import io.tillstream.events.webhook.WebhookEvent.WebhookDetailsChanged;
import io.tillstream.events.webhook.WebhookEvent.WebhookDisabled;
import io.tillstream.events.webhook.WebhookEvent.WebhookEnabled;
import io.tillstream.events.webhook.WebhookEvent.WebhookHeadersChanged;
import io.tillstream.events.webhook.WebhookEvent.WebhookSecretRotated;
import io.tillstream.events.webhook.WebhookEvent.WebhookSuspended;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A webhook endpoint as its events made it. Clients see it as a {@link WebhookView}.
 *
 * @param isActive whether it is sent events
 * @param suspension why the shop itself stopped sending, null when it didn't
 * @param headersId the row that has the custom headers, null for none
 * @param headerNames of the custom headers
 * @param previousSecret the one before, while deliveries are signed with it as well
 * @param previousUntil how long that is
 */
public record Webhook(
        UUID id,
        WebhookDetails details,
        boolean isActive,
        @Nullable String suspension,
        @Nullable UUID headersId,
        List<String> headerNames,
        SecretName secret,
        @Nullable SecretName previousSecret,
        @Nullable Instant previousUntil,
        Instant createdAt,
        Instant updatedAt,
        long version,
        boolean deleted)
        implements State {
    public static final Concept<Webhook, WebhookEvent> CONCEPT = Concept.named(
                    "webhook", Webhook.class, WebhookEvent.class, Webhook::after)
            .event("webhook.created", WebhookCreated.class)
            .event("webhook.details_changed", WebhookDetailsChanged.class)
            .event("webhook.headers_changed", WebhookHeadersChanged.class)
            .event("webhook.enabled", WebhookEnabled.class)
            .event("webhook.disabled", WebhookDisabled.class)
            .event("webhook.suspended", WebhookSuspended.class)
            .event("webhook.secret_rotated", WebhookSecretRotated.class)
            .event("webhook.deleted", WebhookDeleted.class)
            .build(1);

    public static Webhook after(@Nullable Webhook before, WebhookEvent event) {
        return switch (event) {
            case WebhookCreated e ->
                new Webhook(
                        e.webhookId(),
                        e.details(),
                        e.isActive(),
                        null,
                        null,
                        List.of(),
                        e.secret(),
                        null,
                        null,
                        e.at(),
                        e.at(),
                        0,
                        false);
            case WebhookDetailsChanged e -> known(before).next(e).with(e.details());
            case WebhookHeadersChanged e -> known(before).next(e).withHeaders(e.headersId(), e.names());
            case WebhookEnabled e -> known(before).next(e).switched(true, null);
            case WebhookDisabled e -> known(before).next(e).switched(false, null);
            case WebhookSuspended e -> known(before).next(e).switched(false, e.reason());
            case WebhookSecretRotated e -> known(before).next(e).signing(e.secret(), e.previousUntil());
            case WebhookDeleted e -> known(before).next(e).gone();
        };
    }

    /** Whether what happens is kept for it until it is enabled again. */
    public boolean suspended() {
        return suspension != null;
    }

    /** The secrets that deliveries are signed with at an instant, the newest first. */
    public List<SecretName> secretsAt(Instant instant) {
        return previousSecret != null && previousUntil != null && instant.isBefore(previousUntil)
                ? List.of(secret, previousSecret)
                : List.of(secret);
    }

    @Override
    public Derived derived() {
        return deleted ? Derived.NOTHING : Derived.ALIVE;
    }

    private Webhook next(WebhookEvent event) {
        return new Webhook(
                id,
                details,
                isActive,
                suspension,
                headersId,
                headerNames,
                secret,
                previousSecret,
                previousUntil,
                createdAt,
                event.at(),
                version + 1,
                deleted);
    }

    private Webhook with(WebhookDetails newDetails) {
        return new Webhook(
                id,
                newDetails,
                isActive,
                suspension,
                headersId,
                headerNames,
                secret,
                previousSecret,
                previousUntil,
                createdAt,
                updatedAt,
                version,
                deleted);
    }

    private Webhook withHeaders(@Nullable UUID newHeadersId, List<String> names) {
        return new Webhook(
                id,
                details,
                isActive,
                suspension,
                newHeadersId,
                names,
                secret,
                previousSecret,
                previousUntil,
                createdAt,
                updatedAt,
                version,
                deleted);
    }

    private Webhook switched(boolean on, @Nullable String newSuspension) {
        return new Webhook(
                id,
                details,
                on,
                newSuspension,
                headersId,
                headerNames,
                secret,
                previousSecret,
                previousUntil,
                createdAt,
                updatedAt,
                version,
                deleted);
    }

    private Webhook signing(SecretName newSecret, @Nullable Instant until) {
        return new Webhook(
                id,
                details,
                isActive,
                suspension,
                headersId,
                headerNames,
                newSecret,
                until == null ? null : secret,
                until,
                createdAt,
                updatedAt,
                version,
                deleted);
    }

    private Webhook gone() {
        return new Webhook(
                id,
                details,
                isActive,
                suspension,
                headersId,
                headerNames,
                secret,
                previousSecret,
                previousUntil,
                createdAt,
                updatedAt,
                version,
                true);
    }

    private static Webhook known(@Nullable Webhook before) {
        return requireNonNull(before, "a webhook's first event creates it");
    }
}
