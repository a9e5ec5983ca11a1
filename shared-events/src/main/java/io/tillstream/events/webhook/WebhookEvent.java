package io.tillstream.events.webhook;

import io.tillstream.events.DomainEvent;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Everything that can happen to a webhook endpoint. What happens to its deliveries is no event. */
public sealed interface WebhookEvent extends DomainEvent {
    UUID webhookId();

    @Override
    default UUID aggregateId() {
        return webhookId();
    }

    /**
     * A shop sends its events to one more place.
     *
     * @param secret what deliveries are signed with
     */
    record WebhookCreated(UUID webhookId, Instant at, boolean isActive, WebhookDetails details, SecretName secret)
            implements WebhookEvent {}

    /** Carries the full new details, so that a fold never needs its neighbours. */
    record WebhookDetailsChanged(UUID webhookId, Instant at, WebhookDetails details) implements WebhookEvent {}

    /**
     * Deliveries have other headers of the owner's making.
     *
     * @param headersId the row that has names and values sealed, null for none
     * @param names of the headers; their values are in no event
     */
    record WebhookHeadersChanged(
            UUID webhookId, Instant at, @Nullable UUID headersId, List<String> names) implements WebhookEvent {}

    /** It is sent events again, and what was held meanwhile. */
    record WebhookEnabled(UUID webhookId, Instant at) implements WebhookEvent {}

    /** Its owner switched it off: what happens meanwhile is never sent to it. */
    record WebhookDisabled(UUID webhookId, Instant at) implements WebhookEvent {}

    /**
     * It failed for so long, or said it was gone, that nothing more is sent: what happens meanwhile is held.
     *
     * @param reason for people
     */
    record WebhookSuspended(UUID webhookId, Instant at, String reason) implements WebhookEvent {}

    /**
     * Deliveries are signed with another secret.
     *
     * @param previousUntil how long they are signed with the one before it as well; null for not at all
     */
    record WebhookSecretRotated(
            UUID webhookId,
            Instant at,
            SecretName secret,
            @Nullable Instant previousUntil) implements WebhookEvent {}

    record WebhookDeleted(UUID webhookId, Instant at) implements WebhookEvent {}

    /**
     * What may be said of a secret.
     *
     * @param id the row that has it sealed
     * @param ending its last four characters
     */
    record SecretName(UUID id, String ending) {}
}
