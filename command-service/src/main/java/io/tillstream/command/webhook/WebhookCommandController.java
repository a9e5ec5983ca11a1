package io.tillstream.command.webhook;

import static io.tillstream.http.access.Scope.WEBHOOKS_WRITE;
import static java.util.Objects.requireNonNull;

import com.github.f4b6a3.uuid.UuidCreator;
import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.webhook.WebhookBody.CreateWebhookRequest;
import io.tillstream.command.webhook.WebhookBody.RotateWebhookSecretRequest;
import io.tillstream.command.webhook.WebhookBody.UpdateWebhookRequest;
import io.tillstream.command.webhook.WebhookCommand.ChangeWebhook;
import io.tillstream.command.webhook.WebhookCommand.CreateWebhook;
import io.tillstream.command.webhook.WebhookCommand.DeleteWebhook;
import io.tillstream.command.webhook.WebhookCommand.Description;
import io.tillstream.command.webhook.WebhookCommand.ExtraFields;
import io.tillstream.command.webhook.WebhookCommand.NewHeaders;
import io.tillstream.command.webhook.WebhookCommand.NewRate;
import io.tillstream.command.webhook.WebhookCommand.RotateWebhookSecret;
import io.tillstream.command.webhook.WebhookCommand.Scope;
import io.tillstream.command.webhook.WebhookCommand.Selection;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.DeliveryRate;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookDetails;
import io.tillstream.events.webhook.WebhookView;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Refuses;
import io.tillstream.http.outgoing.Targets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

@RestController
@RequestMapping("/api/v1/webhooks")
class WebhookCommandController {
    private final CommandSender commands;
    private final Targets targets;

    WebhookCommandController(CommandSender commands, Targets targets) {
        this.commands = commands;
        this.targets = targets;
    }

    @PostMapping
    @RequiresScope(WEBHOOKS_WRITE)
    @Operation(
            summary = "Create a webhook",
            description = "The answer is the only one that shows the secret in full. A mode has at most 50 webhooks.")
    @Refuses({"TOO_MANY", "UNKNOWN_PRODUCT"})
    Answer<WebhookView> create(Request request, @JsonBody(CreateWebhookRequest.class) Values body) {
        NewSecret secret = NewSecret.random();
        Scope scope = scope(body);
        CreateWebhook command = new CreateWebhook(
                UuidCreator.getTimeOrderedEpoch(),
                new WebhookDetails(
                        checked(body.requiredText("url")),
                        requireNonNull(body.texts("events")),
                        body.text("description"),
                        scope.mode(),
                        scope.productIds(),
                        fields(body.any("custom_payload_fields")),
                        body.texts("payload_field_selection"),
                        rate(body.object("rate_limit")),
                        WebhookDetails.onlyTrue(body.requiredBool("strict_order"))),
                body.requiredBool("is_active"),
                headers(body.any("custom_headers")),
                secret);
        return commands.send(
                request,
                command,
                (Webhook webhook) ->
                        Answer.created(WebhookView.of(webhook, secret.inFull())).version(webhook.version()));
    }

    @PatchMapping("/{id}")
    @RequiresScope(WEBHOOKS_WRITE)
    @Operation(
            summary = "Update a webhook",
            description = "Sets the fields that are sent. Retries of what happened before go to the new URL, too.")
    @Refuses({"UNKNOWN", "UNKNOWN_PRODUCT"})
    Answer<WebhookView> update(
            @PathVariable UUID id, Request request, @JsonBody(UpdateWebhookRequest.class) Values body) {
        String url = body.text("url");
        ChangeWebhook command = new ChangeWebhook(
                id,
                url == null ? null : checked(url),
                body.texts("events"),
                body.has("description") ? new Description(body.text("description")) : null,
                body.bool("is_active"),
                body.has("product_filter_mode") ? scope(body) : null,
                body.has("custom_headers") ? headers(body.any("custom_headers")) : null,
                body.has("custom_payload_fields") ? new ExtraFields(fields(body.any("custom_payload_fields"))) : null,
                body.has("payload_field_selection") ? new Selection(body.texts("payload_field_selection")) : null,
                body.has("rate_limit") ? new NewRate(rate(body.object("rate_limit"))) : null,
                body.bool("strict_order"));
        return commands.send(
                request,
                command,
                (Webhook webhook) -> Answer.ok(WebhookView.of(webhook)).version(webhook.version()));
    }

    @PostMapping("/{id}/rotate-secret")
    @RequiresScope(WEBHOOKS_WRITE)
    @Operation(
            summary = "Rotate a webhook's secret",
            description = "The answer is the only one that shows the new secret in full. Until the grace period ends"
                    + " deliveries are signed with both.")
    @Refuses("UNKNOWN")
    Answer<WebhookView> rotateSecret(
            @PathVariable UUID id,
            Request request,
            @JsonBody(value = RotateWebhookSecretRequest.class, optional = true) Values body) {
        NewSecret secret = NewSecret.random();
        return commands.send(
                request,
                new RotateWebhookSecret(id, body.requiredInteger("grace_period_hours"), secret),
                (Webhook webhook) ->
                        Answer.created(WebhookView.of(webhook, secret.inFull())).version(webhook.version()));
    }

    @DeleteMapping("/{id}")
    @RequiresScope(WEBHOOKS_WRITE)
    @Operation(summary = "Delete a webhook", description = "Its log goes with it, and what waits isn't sent.")
    @Refuses("UNKNOWN")
    Answer<Void> delete(@PathVariable UUID id, Request request) {
        return commands.send(request, new DeleteWebhook(id), (Webhook webhook) -> Answer.noContent());
    }

    private String checked(String url) {
        String wrong = targets.wrong(url);
        if (wrong == null) return url;
        throw new Invalid(
                ErrorCode.VALIDATION_ERROR, "Invalid input: url " + wrong, Map.of("url", List.of("url " + wrong)));
    }

    private static Scope scope(Values body) {
        String mode = body.requiredText("product_filter_mode");
        if (!mode.equals(WebhookDetails.SELECTED)) return new Scope(mode, List.of());
        return new Scope(mode, requireNonNull(body.uuids("product_ids")));
    }

    private static @Nullable DeliveryRate rate(@Nullable Values sent) {
        return sent == null ? null : new DeliveryRate(sent.requiredInteger("deliveries"), sent.requiredText("per"));
    }

    private static NewHeaders headers(@Nullable ObjectNode sent) {
        Map<String, String> values = new LinkedHashMap<>();
        if (sent != null)
            sent.properties()
                    .forEach(header ->
                            values.put(header.getKey(), header.getValue().asString()));
        return new NewHeaders(UuidCreator.getTimeOrderedEpoch(), values);
    }

    @SuppressWarnings("unchecked") // a JSON object is a map of its members
    private static @Nullable Map<String, @Nullable Object> fields(@Nullable ObjectNode sent) {
        return sent == null ? null : EventJson.STORED.treeToValue(sent, LinkedHashMap.class);
    }
}
