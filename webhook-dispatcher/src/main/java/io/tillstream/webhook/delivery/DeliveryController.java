package io.tillstream.webhook.delivery;

import static java.util.Objects.requireNonNull;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.tillstream.events.OmitNull;
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
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.text.Uuids;
import io.tillstream.store.EventStoreConfiguration;
import io.tillstream.webhook.WebhookSettings;
import io.tillstream.webhook.delivery.DeliveryQueue.Attempted;
import io.tillstream.webhook.endpoint.Endpoints;
import io.tillstream.webhook.endpoint.Endpoints.Endpoint;
import io.tillstream.webhook.payload.Catalogue;
import io.tillstream.webhook.payload.Customization;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The log of deliveries, what can be done with one, and test sends. contract: webhooks-api §3 and §4 */
@RestController
@RequestMapping("/api/v1/webhooks")
class DeliveryController {
    /** Where a delivery went. */
    record DeliveryEndpoint(UUID id, String url, @Nullable String description, boolean isActive) {}

    /** One attempt to deliver. */
    record DeliveryAttempt(
            int number,
            Instant startedAt,
            @Nullable Integer httpStatus,
            @Nullable String errorMessage,
            @Nullable String responseBody,
            long durationMs) {}

    /**
     * One event for one webhook.
     *
     * @param endpointId the webhook that it is for
     * @param endpoint null where the webhook was deleted a moment ago
     * @param eventType the name under which it is sent
     * @param messageId its webhook-id header: the same for all attempts
     * @param sequence its X-Tillstream-Sequence header: gapless for each webhook; null for tests
     * @param replayId the replay of history that made it; null for any other
     * @param payload the body, as it is sent
     * @param httpStatus of the last attempt: 408 for a time-out, 0 where there was no answer
     * @param responseBody the beginning of the receiver's last answer
     * @param attempts only where one delivery is shown
     */
    record WebhookDelivery(
            UUID id,
            UUID endpointId,
            @Nullable DeliveryEndpoint endpoint,
            String eventType,
            String messageId,
            @Nullable Long sequence,
            @Nullable UUID replayId,
            Map<String, @Nullable Object> payload,
            @Nullable Integer httpStatus,
            @Nullable String responseBody,
            @Nullable String errorMessage,
            @Nullable Long durationMs,
            String status,
            int attemptCount,
            int maxAttempts,
            @Nullable Instant nextRetryAt,
            @Nullable Instant failedPermanentlyAt,
            Instant createdAt,
            @OmitNull @Nullable List<DeliveryAttempt> attempts) {
        static WebhookDelivery of(
                Delivery delivery, Optional<Endpoint> endpoint, @Nullable List<DeliveryAttempt> attempts) {
            return new WebhookDelivery(
                    delivery.id(),
                    delivery.endpointId(),
                    endpoint.filter(found -> !found.webhook().deleted())
                            .map(DeliveryController::shown)
                            .orElse(null),
                    delivery.event(),
                    delivery.messageId(),
                    delivery.number(),
                    delivery.replayId(),
                    members(delivery.body()),
                    delivery.httpStatus(),
                    delivery.responseBody(),
                    delivery.errorMessage(),
                    delivery.durationMs(),
                    delivery.status().wire(),
                    delivery.attemptCount(),
                    delivery.maxAttempts(),
                    delivery.nextAttemptAt(),
                    delivery.failedAt(),
                    delivery.createdAt(),
                    attempts);
        }

        @SuppressWarnings("unchecked") // a JSON object is a map of its members
        private static Map<String, @Nullable Object> members(String json) {
            return EventJson.STORED.readValue(json, LinkedHashMap.class);
        }
    }

    /** What came of an attempt that was made just now. */
    record DeliveryResult(
            boolean success, int httpStatus, @Nullable String error) {
        static DeliveryResult of(Attempted attempted) {
            return new DeliveryResult(
                    attempted.outcome() instanceof Outcome.Delivered,
                    attempted.exchange().status(),
                    attempted.exchange().error());
        }
    }

    /** It is put aside. */
    record ArchivedDelivery(boolean archived) {}

    /** What happens with it now. */
    record MovedDelivery(String status) {}

    private final Endpoints endpoints;
    private final Deliveries deliveries;
    private final Sending sending;
    private final Dispatching dispatching;
    private final Partitions partitions;
    private final TransactionTemplate ownTransaction;
    private final Once once;
    private final int maxAttempts;
    private final Clock clock;

    DeliveryController(
            Endpoints endpoints,
            Deliveries deliveries,
            Sending sending,
            Dispatching dispatching,
            Partitions partitions,
            @Qualifier("webhooks") DataSource webhooks,
            Once once,
            WebhookSettings settings,
            Clock clock) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.sending = sending;
        this.dispatching = dispatching;
        this.partitions = partitions;
        this.ownTransaction = EventStoreConfiguration.ownTransaction(webhooks);
        this.once = once;
        this.maxAttempts = settings.maxAttempts();
        this.clock = clock;
    }

    @PostMapping("/{id}/test")
    @RequiresScope(Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Send a test",
            operationId = "testWebhook",
            description = "One attempt, whether or not the webhook is active or told of the event. It is in the log and"
                    + " has no sequence.")
    @ApiResponse(responseCode = "200", description = "What came of it")
    @Refuses("UNKNOWN_WEBHOOK")
    Answer<DeliveryResult> test(
            @PathVariable UUID id,
            Request request,
            @JsonBody(value = TestWebhookRequest.class, optional = true) Values body) {
        dispatching.catchUp();
        partitions.make(now());
        return once.answerAfterAttempt(request, () -> test(id, request, body.requiredText("event_type")));
    }

    private Answer<DeliveryResult> test(UUID id, Request request, String asked) {
        Stored test = requireNonNull(ownTransaction.execute(status -> stored(id, request, asked)));
        return Answer.ok(DeliveryResult.of(sending.attemptNow(test.delivery(), test.webhook(), Map.of())));
    }

    private record Stored(Delivery delivery, Webhook webhook) {}

    /** Stored before it is attempted, and not in the log of a webhook that is deleted meanwhile. */
    private Stored stored(UUID id, Request request, String asked) {
        deliveries.holdIntake();
        Endpoint endpoint = endpoints
                .find(id, request.caller().mode())
                .orElseThrow(() -> new Refused(DeliveryRefusal.UNKNOWN_WEBHOOK));
        Optional<WebhookEventName> known = WebhookEventName.of(asked);
        ObjectNode data = known.map(name -> Catalogue.of(name).sample()).orElseGet(DeliveryController::greeting);
        Instant now = now();
        String event = known.map(WebhookEventName::wire).orElse(asked);
        Delivery delivery = fresh(
                endpoint,
                null,
                UUID.randomUUID().toString(),
                event,
                null,
                Customization.body(event, now, data, endpoint.webhook().details())
                        .toString(),
                1,
                null,
                now,
                null);
        deliveries.store(List.of(delivery));
        return new Stored(delivery, endpoint.webhook());
    }

    @GetMapping("/logs")
    @RequiresScope(Scope.WEBHOOKS_READ)
    @ListParams(filters = {"endpoint_id", "replay_id", "status", "event_type"})
    @Parameter(name = "endpoint_id", description = "Deliveries to this webhook only")
    @Parameter(name = "replay_id", description = "Deliveries of this replay of history only")
    @Parameter(
            name = "status",
            description = "One status; failed ones of any kind by all_failed; all by all",
            example = "all_failed")
    @Parameter(name = "event_type", description = "Deliveries of this event only", example = "access.granted")
    @Operation(
            summary = "List webhook deliveries",
            operationId = "listWebhookDeliveries",
            description = "The newest first unless sorted otherwise.")
    Listing<WebhookDelivery> list(Request request, ListQuery query) {
        UUID endpoint = idFilter(query, "endpoint_id");
        UUID replay = idFilter(query, "replay_id");
        String status = query.filter("status");
        String event = eventFilter(query.filter("event_type"));
        List<Delivery> rows = deliveries.page(
                query,
                request.caller().mode(),
                endpoint,
                replay,
                status == null ? List.of() : Status.filtered(status),
                event);
        Map<UUID, Optional<Endpoint>> known = new HashMap<>();
        return Listing.page(query, rows, row -> query.after(row.createdAt(), row.id()), null)
                .map(row -> WebhookDelivery.of(row, known.computeIfAbsent(row.endpointId(), endpoints::findAny), null));
    }

    @GetMapping("/logs/{logId}")
    @RequiresScope(Scope.WEBHOOKS_READ)
    @Operation(
            summary = "Get a webhook delivery",
            operationId = "getWebhookDelivery",
            description = "With every attempt.")
    @Refuses("UNKNOWN")
    Answer<WebhookDelivery> get(Request request, @PathVariable UUID logId) {
        Delivery delivery = found(logId, request);
        List<DeliveryAttempt> attempts = deliveries.attempts(logId).stream()
                .map(one -> new DeliveryAttempt(
                        one.number(),
                        one.startedAt(),
                        one.httpStatus(),
                        one.errorMessage(),
                        one.responseBody(),
                        one.durationMs()))
                .toList();
        return Answer.ok(WebhookDelivery.of(delivery, endpoints.findAny(delivery.endpointId()), attempts));
    }

    @PostMapping("/logs/{logId}/retry")
    @RequiresScope(Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Send a failed delivery again",
            operationId = "retryWebhookDelivery",
            description = "At once, as a delivery of its own with the same sequence and message id; if that fails it is"
                    + " tried again like any other, unless the webhook isn't active.")
    @ApiResponse(responseCode = "200", description = "What came of the first attempt")
    @Refuses({"UNKNOWN", "NOT_FAILED"})
    Answer<DeliveryResult> retry(@PathVariable UUID logId, Request request) {
        dispatching.catchUp();
        partitions.make(now());
        return once.answerAfterAttempt(request, () -> sendAgain(logId, request));
    }

    private Answer<DeliveryResult> sendAgain(UUID logId, Request request) {
        Stored again = requireNonNull(ownTransaction.execute(status -> copy(logId, request)));
        Attempted attempted = sending.attemptNow(again.delivery(), again.webhook(), Map.of("X-Sellf-Retry", "true"));
        boolean answered = attempted.exchange().status() > 0;
        Status from = answered ? Status.PERMANENTLY_FAILED : Status.RETRIED;
        deliveries.move(logId, List.of(from), answered ? Status.RETRIED : Status.PERMANENTLY_FAILED, now());
        return Answer.ok(DeliveryResult.of(attempted));
    }

    /** Stored before it is attempted, once for each that was given up, and without what an erasure takes meanwhile. */
    private Stored copy(UUID logId, Request request) {
        deliveries.holdIntake();
        Delivery old = deliveries
                .findForUpdate(logId, request.caller().mode())
                .orElseThrow(() -> new Refused(DeliveryRefusal.UNKNOWN));
        if (old.status() != Status.PERMANENTLY_FAILED) throw new Refused(DeliveryRefusal.NOT_FAILED);
        Endpoint endpoint = endpoints
                .find(old.endpointId(), request.caller().mode())
                .orElseThrow(() -> new Refused(DeliveryRefusal.UNKNOWN_WEBHOOK));
        boolean triedOn = endpoint.webhook().isActive();
        Instant now = now();
        Delivery copy = fresh(
                endpoint,
                old.number(),
                old.messageId(),
                old.event(),
                old.personId(),
                old.body(),
                triedOn ? maxAttempts : 1,
                triedOn
                        ? sending.leaseEnd(now)
                        : null, // being attempted already; if that comes to nothing it is claimed then
                now,
                old.replayId());
        deliveries.storeOutOfOrder(copy);
        // one that nobody would go on with is settled by its attempt
        if (triedOn) deliveries.move(logId, List.of(Status.PERMANENTLY_FAILED), Status.RETRIED, now);
        return new Stored(copy, endpoint.webhook());
    }

    @PostMapping("/logs/{logId}/archive")
    @RequiresScope(Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Put a delivery aside",
            operationId = "archiveWebhookDelivery",
            description = "Whatever its status; what was still to be sent isn't.")
    @ApiResponse(responseCode = "200", description = "It is archived")
    @Refuses("UNKNOWN")
    Answer<ArchivedDelivery> archive(@PathVariable UUID logId, Request request) {
        return once.answer(request, () -> {
            found(logId, request);
            deliveries.move(logId, List.of(Status.values()), Status.ARCHIVED, now());
            return Answer.ok(new ArchivedDelivery(true));
        });
    }

    @PostMapping("/logs/{logId}/replay")
    @RequiresScope(Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Start a given-up delivery over",
            operationId = "replayWebhookDelivery",
            description = "With all its attempts again, the first at once; while the webhook is suspended it is held.")
    @ApiResponse(responseCode = "200", description = "It is queued")
    @Refuses({"UNKNOWN", "NOT_GIVEN_UP", "SWITCHED_OFF"})
    Answer<MovedDelivery> replay(@PathVariable UUID logId, Request request) {
        dispatching.catchUp();
        Answer<MovedDelivery> answer = once.answer(request, () -> {
            deliveries.holdIntake();
            Optional<Webhook> webhook = endpoints
                    .find(found(logId, request).endpointId(), request.caller().mode())
                    .map(Endpoint::webhook)
                    .filter(found -> found.isActive() || found.suspended());
            boolean suspended = webhook.map(Webhook::suspended).orElse(false);
            if (!deliveries.replay(logId, suspended, now())) throw new Refused(DeliveryRefusal.NOT_GIVEN_UP);
            if (webhook.isEmpty()) throw new Refused(DeliveryRefusal.SWITCHED_OFF);
            return Answer.ok(new MovedDelivery("enqueued"));
        });
        sending.wake();
        return answer;
    }

    @PostMapping("/logs/{logId}/force-retry")
    @RequiresScope(Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Attempt a waiting delivery now",
            operationId = "forceRetryWebhookDelivery",
            description = "Instead of when its next attempt is due, also while sending to the webhook pauses.")
    @ApiResponse(responseCode = "200", description = "It is due now")
    @Refuses({"UNKNOWN", "NOT_WAITING"})
    Answer<MovedDelivery> forceRetry(@PathVariable UUID logId, Request request) {
        Answer<MovedDelivery> answer = once.answer(request, () -> {
            found(logId, request);
            if (!deliveries.hurry(logId, now())) throw new Refused(DeliveryRefusal.NOT_WAITING);
            return Answer.ok(new MovedDelivery("rescheduled"));
        });
        sending.wake();
        return answer;
    }

    @PostMapping("/logs/{logId}/cancel")
    @RequiresScope(Scope.WEBHOOKS_WRITE)
    @Operation(
            summary = "Give a waiting delivery up",
            operationId = "cancelWebhookDelivery",
            description = "An attempt that is under way ends as it ends. Sending many again leaves it out.")
    @ApiResponse(responseCode = "200", description = "It is permanently_failed")
    @Refuses({"UNKNOWN", "NOT_CANCELABLE"})
    Answer<MovedDelivery> cancel(@PathVariable UUID logId, Request request) {
        return once.answer(request, () -> {
            found(logId, request);
            if (!deliveries.cancel(logId, now())) throw new Refused(DeliveryRefusal.NOT_CANCELABLE);
            return Answer.ok(new MovedDelivery("canceled"));
        });
    }

    private Delivery found(UUID id, Request request) {
        return deliveries.find(id, request.caller().mode()).orElseThrow(() -> new Refused(DeliveryRefusal.UNKNOWN));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Delivery fresh(
            Endpoint endpoint,
            @Nullable Long number,
            String messageId,
            String event,
            @Nullable UUID person,
            String body,
            int maxAttempts,
            @Nullable Instant nextAttemptAt,
            Instant now,
            @Nullable UUID replayId) {
        return Delivery.unsent(
                Ids.at(now),
                endpoint.webhook().id(),
                endpoint.mode().wire(),
                number,
                messageId,
                event,
                person,
                body,
                Status.PENDING,
                maxAttempts,
                nextAttemptAt,
                now,
                replayId);
    }

    private static DeliveryEndpoint shown(Endpoint endpoint) {
        Webhook webhook = endpoint.webhook();
        return new DeliveryEndpoint(
                webhook.id(), webhook.details().url(), webhook.details().description(), webhook.isActive());
    }

    private static ObjectNode greeting() {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("message", "This is a test of your webhook");
        data.putObject("system").put("version", "0.1.0").put("environment", "production");
        return data;
    }

    private static @Nullable UUID idFilter(ListQuery query, String name) {
        String sent = query.filter(name);
        if (sent == null) return null;
        return Uuids.parse(sent).orElseThrow(() -> invalid(name, "must be a UUID"));
    }

    private static @Nullable String eventFilter(@Nullable String sent) {
        if (sent == null) return null;
        return WebhookEventName.of(sent)
                .map(WebhookEventName::wire)
                .orElseThrow(() -> invalid("event_type", "must be an event that webhooks can be told of"));
    }

    private static Invalid invalid(String name, String phrase) {
        return new Invalid(
                ErrorCode.INVALID_INPUT, "Invalid " + name + ": " + phrase, Map.of(name, List.of(name + " " + phrase)));
    }
}
