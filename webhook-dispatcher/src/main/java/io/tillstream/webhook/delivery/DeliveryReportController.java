package io.tillstream.webhook.delivery;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookEventName;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Refused;
import io.tillstream.http.error.Refuses;
import io.tillstream.webhook.delivery.Deliveries.Filter;
import io.tillstream.webhook.endpoint.Endpoints;
import io.tillstream.webhook.endpoint.Endpoints.Endpoint;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Deliveries in bulk: an endpoint's as a feed, how it does, and many started over at once. */
@RestController
@RequestMapping("/api/v1/webhooks")
class DeliveryReportController {
    private static final int PAGE = 100;
    private static final Duration WINDOW = Duration.ofHours(24);

    /**
     * A delivery as its receiver gets it.
     *
     * @param sequence as its X-Tillstream-Sequence header
     * @param messageId as its webhook-id header
     * @param eventType the name under which it is sent
     * @param status where the delivery by itself is
     * @param body as it is sent
     */
    record FeedDelivery(
            long sequence,
            String messageId,
            String eventType,
            String status,
            Instant createdAt,
            Map<String, @Nullable Object> body) {
        static FeedDelivery of(Delivery delivery) {
            return new FeedDelivery(
                    delivery.number() == null ? 0 : delivery.number(),
                    delivery.messageId(),
                    delivery.event(),
                    delivery.status().wire(),
                    delivery.createdAt(),
                    members(delivery.body()));
        }

        @SuppressWarnings("unchecked") // a JSON object is a map of its members
        private static Map<String, @Nullable Object> members(String json) {
            return EventJson.STORED.readValue(json, LinkedHashMap.class);
        }
    }

    /**
     * An endpoint's deliveries in order.
     *
     * @param nextAfter what to ask for next
     * @param hasMore whether there is more at this moment
     */
    record WebhookFeed(List<FeedDelivery> deliveries, long nextAfter, boolean hasMore) {}

    /**
     * How deliveries to a webhook went in the last 24 hours, and how it does now.
     *
     * @param successRate of what was settled, from 0 to 1; null where nothing was
     * @param p50Ms half of the last attempts took no longer
     * @param p99Ms nearly all of the last attempts took no longer
     * @param failed given up, but for those that a person has stopped
     * @param waiting deliveries that are still to be sent
     * @param held deliveries that are sent once the webhook is enabled again
     * @param failingSince since when no delivery succeeded; null when the last one did
     * @param pausedUntil until when nothing is tried, since no receiver was there
     */
    record WebhookStatistics(
            long delivered,
            long failed,
            @Nullable BigDecimal successRate,
            @Nullable Long p50Ms,
            @Nullable Long p99Ms,
            long waiting,
            long held,
            @Nullable Instant oldestWaitingAt,
            @Nullable Instant lastSuccessAt,
            @Nullable Instant failingSince,
            @Nullable Instant pausedUntil) {}

    /** How many were started over. */
    record RetriedDeliveries(int retried) {}

    private final Endpoints endpoints;
    private final Deliveries deliveries;
    private final Sending sending;
    private final Dispatching dispatching;
    private final Once once;
    private final Clock clock;

    DeliveryReportController(
            Endpoints endpoints,
            Deliveries deliveries,
            Sending sending,
            Dispatching dispatching,
            Once once,
            Clock clock) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.sending = sending;
        this.dispatching = dispatching;
        this.once = once;
        this.clock = clock;
    }

    @GetMapping("/{id}/feed")
    @RequiresScope(Scope.WEBHOOKS_READ)
    @Operation(
            summary = "Read a webhook's deliveries in order",
            operationId = "readWebhookFeed",
            description =
                    "For receivers that saw a gap, were away, or prefer to pull: all deliveries with a sequence, whatever"
                            + " became of them. Up to 100 at a time.")
    @ApiResponse(
            responseCode = "410",
            description = "GONE: Deliveries up to 4710 are no longer kept; the first one left is 4711")
    @Refuses("UNKNOWN_WEBHOOK")
    Answer<WebhookFeed> feed(
            @PathVariable UUID id,
            @Parameter(description = "The last sequence that you have; 0 for none", example = "4711")
                    @RequestParam(required = false)
                    @Nullable
                    String after,
            Request request) {
        Endpoint endpoint = found(id, request);
        long beyond = number(after);
        List<Delivery> rows = deliveries.after(id, beyond, PAGE + 1);
        long first = rows.isEmpty() ? endpoint.lastNumber() + 1 : sequence(rows.getFirst());
        if (first > beyond + 1)
            throw new Invalid(
                    ErrorCode.GONE,
                    "Deliveries up to " + (first - 1) + " are no longer kept; the first one left is " + first,
                    Map.of("first", List.of(Long.toString(first))));
        int without = 1; // what is sent again late outlives its neighbours: the next page begins with their absence
        while (without < rows.size() && sequence(rows.get(without)) == beyond + 1 + without) without++;
        int shown = Math.min(Math.min(without, rows.size()), PAGE);
        boolean more = shown < rows.size();
        List<FeedDelivery> page =
                rows.subList(0, shown).stream().map(FeedDelivery::of).toList();
        return Answer.ok(
                new WebhookFeed(page, page.isEmpty() ? beyond : page.getLast().sequence(), more));
    }

    @GetMapping("/{id}/stats")
    @RequiresScope(Scope.WEBHOOKS_READ)
    @Operation(
            summary = "Tell how a webhook does",
            operationId = "getWebhookStatistics",
            description = "Over the last 24 hours, and now.")
    @Refuses("UNKNOWN_WEBHOOK")
    Answer<WebhookStatistics> stats(@PathVariable UUID id, Request request) {
        found(id, request);
        return Answer.ok(deliveries.statistics(id, clock.instant().minus(WINDOW)));
    }

    @PostMapping("/logs/retry")
    @RequiresScope(Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Start given-up deliveries over",
            operationId = "retryWebhookDeliveries",
            description =
                    "All that are permanently_failed and fit, each with all its attempts again. Left out are tests, and what went to"
                            + " webhooks that are switched off; what is for a suspended one is held.")
    @ApiResponse(responseCode = "200", description = "They are queued")
    Answer<RetriedDeliveries> retry(
            Request request, @JsonBody(value = RetryDeliveriesRequest.class, optional = true) Values body) {
        String event = body.text("event_type");
        Filter filter = new Filter(
                request.caller().mode(),
                body.uuid("endpoint_id"),
                event == null
                        ? null
                        : WebhookEventName.of(event).map(WebhookEventName::wire).orElse(event),
                body.instant("from"),
                body.instant("to"));
        dispatching.catchUp();
        Answer<RetriedDeliveries> answer = once.answer(request, () -> {
            deliveries.holdIntake();
            return Answer.ok(new RetriedDeliveries(
                    deliveries.replayAll(filter, ids(Webhook::isActive), ids(Webhook::suspended), clock.instant())));
        });
        sending.wake();
        return answer;
    }

    private List<UUID> ids(Predicate<Webhook> which) {
        return endpoints.all().stream()
                .map(Endpoint::webhook)
                .filter(which)
                .map(Webhook::id)
                .toList();
    }

    private Endpoint found(UUID id, Request request) {
        return endpoints
                .find(id, request.caller().mode())
                .orElseThrow(() -> new Refused(DeliveryRefusal.UNKNOWN_WEBHOOK));
    }

    private static long sequence(Delivery delivery) {
        return Objects.requireNonNull(delivery.number(), "only those with a number are read");
    }

    private static long number(@Nullable String sent) {
        if (sent == null || sent.isEmpty()) return 0;
        if (sent.matches("\\d{1,18}")) return Long.parseLong(sent);
        String wrong = "after must be a sequence";
        throw new Invalid(ErrorCode.INVALID_INPUT, "Invalid " + wrong, Map.of("after", List.of(wrong)));
    }
}
