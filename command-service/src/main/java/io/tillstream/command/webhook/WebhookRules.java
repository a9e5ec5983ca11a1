package io.tillstream.command.webhook;

import static io.tillstream.command.webhook.WebhookRefusal.TOO_MANY;
import static io.tillstream.command.webhook.WebhookRefusal.UNKNOWN;
import static io.tillstream.command.webhook.WebhookRefusal.UNKNOWN_PRODUCT;
import static java.util.Objects.requireNonNullElse;

import io.tillstream.command.webhook.WebhookCommand.ChangeWebhook;
import io.tillstream.command.webhook.WebhookCommand.CreateWebhook;
import io.tillstream.command.webhook.WebhookCommand.NewHeaders;
import io.tillstream.command.webhook.WebhookCommand.RotateWebhookSecret;
import io.tillstream.command.webhook.WebhookCommand.SuspendWebhook;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookDetails;
import io.tillstream.events.webhook.WebhookEvent;
import io.tillstream.events.webhook.WebhookEvent.WebhookCreated;
import io.tillstream.events.webhook.WebhookEvent.WebhookDeleted;
import io.tillstream.events.webhook.WebhookEvent.WebhookDetailsChanged;
import io.tillstream.events.webhook.WebhookEvent.WebhookDisabled;
import io.tillstream.events.webhook.WebhookEvent.WebhookEnabled;
import io.tillstream.events.webhook.WebhookEvent.WebhookHeadersChanged;
import io.tillstream.events.webhook.WebhookEvent.WebhookSecretRotated;
import io.tillstream.events.webhook.WebhookEvent.WebhookSuspended;
import io.tillstream.http.error.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What may be done to a webhook. contract: webhooks-api */
final class WebhookRules {
    /** In a mode, inactive ones included. */
    static final int MOST = 50;

    private WebhookRules() {}

    /**
     * One more endpoint.
     *
     * @param count how many there are; asked only when it matters
     * @param isProduct whether there is such a product
     */
    static List<WebhookEvent> create(
            @Nullable Webhook webhook,
            CreateWebhook command,
            LongSupplier count,
            Predicate<UUID> isProduct,
            Instant now) {
        if (webhook != null) return List.of();
        if (count.getAsLong() >= MOST) throw new Refused(TOO_MANY);
        requireProducts(command.details().productIds(), isProduct);
        List<WebhookEvent> events = new ArrayList<>();
        events.add(new WebhookCreated(
                command.webhookId(),
                now,
                command.isActive(),
                command.details(),
                command.secret().name()));
        NewHeaders headers = command.headers();
        if (!headers.values().isEmpty()) events.add(headersChanged(command.webhookId(), headers, now));
        return events;
    }

    static List<WebhookEvent> change(
            @Nullable Webhook webhook, ChangeWebhook command, Predicate<UUID> isProduct, Instant now) {
        Webhook known = known(webhook);
        List<WebhookEvent> events = new ArrayList<>();
        WebhookDetails details = changed(known.details(), command);
        if (!details.productIds().equals(known.details().productIds()))
            requireProducts(details.productIds(), isProduct);
        if (!details.equals(known.details())) events.add(new WebhookDetailsChanged(known.id(), now, details));
        NewHeaders headers = command.headers();
        if (headers != null && !(headers.values().isEmpty() && known.headersId() == null))
            events.add(headersChanged(known.id(), headers, now));
        Boolean active = command.isActive();
        if (active != null && active && !known.isActive()) events.add(new WebhookEnabled(known.id(), now));
        // switching off what the shop suspended drops what was held for it
        if (active != null && !active && (known.isActive() || known.suspended()))
            events.add(new WebhookDisabled(known.id(), now));
        return events;
    }

    private static WebhookDetails changed(WebhookDetails old, ChangeWebhook command) {
        return new WebhookDetails(
                requireNonNullElse(command.url(), old.url()),
                requireNonNullElse(command.events(), old.events()),
                command.description() == null
                        ? old.description()
                        : command.description().text(),
                command.scope() == null
                        ? old.productFilterMode()
                        : command.scope().mode(),
                command.scope() == null ? old.productIds() : command.scope().productIds(),
                command.extraFields() == null
                        ? old.customPayloadFields()
                        : command.extraFields().fields(),
                command.selection() == null
                        ? old.payloadFieldSelection()
                        : command.selection().keys(),
                command.rate() == null ? old.rateLimit() : command.rate().rate(),
                command.strictOrder() == null ? old.strictOrder() : WebhookDetails.onlyTrue(command.strictOrder()));
    }

    static List<WebhookEvent> rotate(@Nullable Webhook webhook, RotateWebhookSecret command, Instant now) {
        Webhook known = known(webhook);
        Instant until = command.graceHours() == 0 ? null : now.plus(Duration.ofHours(command.graceHours()));
        return List.of(
                new WebhookSecretRotated(known.id(), now, command.secret().name(), until));
    }

    static List<WebhookEvent> delete(@Nullable Webhook webhook, Instant now) {
        return List.of(new WebhookDeleted(known(webhook).id(), now));
    }

    /** Nothing to do for one that its owner has deleted or switched off meanwhile. */
    static List<WebhookEvent> suspend(@Nullable Webhook webhook, SuspendWebhook command, Instant now) {
        if (webhook == null || !webhook.isActive()) return List.of();
        return List.of(new WebhookSuspended(webhook.id(), now, command.reason()));
    }

    /** The rows that a change leaves behind: secrets and headers that nothing needs any more. */
    static List<UUID> leftBehind(@Nullable Webhook before, Webhook after) {
        if (before == null) return List.of();
        List<UUID> rows = new ArrayList<>(rows(before));
        if (!after.deleted()) rows.removeAll(rows(after));
        return rows;
    }

    private static List<UUID> rows(Webhook webhook) {
        List<UUID> rows = new ArrayList<>();
        rows.add(webhook.secret().id());
        if (webhook.previousSecret() != null) rows.add(webhook.previousSecret().id());
        if (webhook.headersId() != null) rows.add(webhook.headersId());
        return rows.stream().filter(Objects::nonNull).toList();
    }

    private static WebhookHeadersChanged headersChanged(UUID webhook, NewHeaders headers, Instant now) {
        Map<String, String> values = headers.values();
        return new WebhookHeadersChanged(
                webhook, now, values.isEmpty() ? null : headers.id(), List.copyOf(values.keySet()));
    }

    private static void requireProducts(List<UUID> products, Predicate<UUID> isProduct) {
        List<String> unknown = products.stream()
                .filter(isProduct.negate())
                .map(id -> "product_ids must name products that exist: " + id)
                .toList();
        if (!unknown.isEmpty()) throw new Refused(UNKNOWN_PRODUCT, Map.of("product_ids", unknown));
    }

    private static Webhook known(@Nullable Webhook webhook) {
        if (webhook == null) throw new Refused(UNKNOWN);
        return webhook;
    }
}
