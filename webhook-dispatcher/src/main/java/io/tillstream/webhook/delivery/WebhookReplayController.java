package io.tillstream.webhook.delivery;

import static java.util.Objects.requireNonNullElse;

import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.Refused;
import io.tillstream.http.error.Refuses;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.webhook.delivery.Replays.Replay;
import io.tillstream.webhook.endpoint.Endpoints;
import io.tillstream.webhook.endpoint.Endpoints.Endpoint;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Replays of history to a webhook. */
@RestController
@RequestMapping("/api/v1/webhooks/{id}/replays")
class WebhookReplayController {
    /**
     * A part of history on its way to a webhook once more.
     *
     * @param endpointId the webhook that it goes to
     * @param events what it is limited to; empty for what the webhook is told of
     * @param rate deliveries a second
     * @param position how far it has read history
     * @param toPosition where it ends
     * @param queued deliveries that it has made; the log shows what became of them
     * @param status running, done or aborted
     */
    record WebhookReplay(
            UUID id,
            UUID endpointId,
            @Nullable Instant from,
            @Nullable Instant to,
            List<String> events,
            int rate,
            long position,
            long toPosition,
            long queued,
            String status,
            Instant createdAt,
            @Nullable Instant finishedAt) {
        static WebhookReplay of(Replay replay) {
            return new WebhookReplay(
                    replay.id(),
                    replay.endpointId(),
                    replay.from(),
                    replay.to(),
                    replay.events(),
                    replay.rate(),
                    replay.afterPosition(),
                    replay.toPosition(),
                    replay.queued(),
                    replay.status(),
                    replay.createdAt(),
                    replay.finishedAt());
        }
    }

    private final Endpoints endpoints;
    private final Deliveries deliveries;
    private final Replays replays;
    private final Dispatching dispatching;
    private final Once once;
    private final Clock clock;

    WebhookReplayController(
            Endpoints endpoints,
            Deliveries deliveries,
            Replays replays,
            Dispatching dispatching,
            Once once,
            Clock clock) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.replays = replays;
        this.dispatching = dispatching;
        this.once = once;
        this.clock = clock;
    }

    @PostMapping
    @RequiresScope(Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Send history to a webhook once more",
            operationId = "replayWebhook",
            description =
                    "Also what is older than the webhook, marked by X-Tillstream-Replayed: true and without a sequence;"
                            + " the message id is that of the first delivery.")
    @Refuses({"UNKNOWN_WEBHOOK", "INACTIVE_WEBHOOK"})
    Answer<WebhookReplay> begin(
            @PathVariable UUID id,
            Request request,
            @JsonBody(value = ReplayWebhookRequest.class, optional = true) Values body) {
        dispatching.catchUp();
        return once.answer(request, () -> begun(id, request, body));
    }

    private Answer<WebhookReplay> begun(UUID id, Request request, Values body) {
        deliveries.holdIntake();
        Endpoint endpoint = endpoint(id, request);
        if (!endpoint.webhook().isActive()) throw new Refused(DeliveryRefusal.INACTIVE_WEBHOOK);
        Replay begun = replays.begin(
                endpoint,
                body.instant("from"),
                body.instant("to"),
                requireNonNullElse(body.texts("events"), List.of()),
                body.requiredInteger("rate"),
                now());
        return Answer.created(WebhookReplay.of(begun));
    }

    @GetMapping
    @RequiresScope(Scope.WEBHOOKS_READ)
    @ListParams
    @Operation(
            summary = "List a webhook's replays",
            operationId = "listWebhookReplays",
            description = "The newest first unless sorted otherwise, also those that are over.")
    @Refuses("UNKNOWN_WEBHOOK")
    Listing<WebhookReplay> list(@PathVariable UUID id, Request request, ListQuery query) {
        endpoint(id, request);
        List<Replay> rows = replays.page(query, id, request.caller().mode());
        return Listing.page(query, rows, row -> query.after(row.createdAt(), row.id()), null)
                .map(WebhookReplay::of);
    }

    @GetMapping("/{replayId}")
    @RequiresScope(Scope.WEBHOOKS_READ)
    @Operation(
            summary = "Get a replay's progress",
            operationId = "getWebhookReplay",
            description =
                    "How far it is in history, and how many deliveries it has made; done when the last one was due.")
    @Refuses({"UNKNOWN_WEBHOOK", "UNKNOWN_REPLAY"})
    Answer<WebhookReplay> get(@PathVariable UUID id, @PathVariable UUID replayId, Request request) {
        return Answer.ok(WebhookReplay.of(found(id, replayId, request)));
    }

    @DeleteMapping("/{replayId}")
    @RequiresScope(Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Abort a replay",
            operationId = "abortWebhookReplay",
            description = "What it has queued isn't sent. One that is over stays as it ended.")
    @Refuses({"UNKNOWN_WEBHOOK", "UNKNOWN_REPLAY"})
    Answer<WebhookReplay> abort(@PathVariable UUID id, @PathVariable UUID replayId, Request request) {
        found(id, replayId, request);
        replays.abort(replayId, now());
        return Answer.ok(WebhookReplay.of(found(id, replayId, request)));
    }

    private Replay found(UUID id, UUID replayId, Request request) {
        endpoint(id, request);
        return replays.find(replayId, id, request.caller().mode())
                .orElseThrow(() -> new Refused(DeliveryRefusal.UNKNOWN_REPLAY));
    }

    private Endpoint endpoint(UUID id, Request request) {
        return endpoints
                .find(id, request.caller().mode())
                .orElseThrow(() -> new Refused(DeliveryRefusal.UNKNOWN_WEBHOOK));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
