package io.tillstream.webhook.endpoint;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookView;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.history.Found;
import io.tillstream.http.history.HistoryEntry;
import io.tillstream.http.history.Single;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.store.EventLog;
import io.tillstream.webhook.endpoint.Endpoints.Endpoint;
import io.tillstream.webhook.payload.Catalogue;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** Lists webhooks, shows one, and says what there is to subscribe to. */
@RestController
@RequestMapping("/api/v1/webhooks")
class WebhookQueryController {
    /**
     * Something that webhooks can be told of.
     *
     * @param name to subscribe by; its group, such as access.*, and * do as well
     * @param alias an older name that is accepted too
     * @param fires whether anything in the shop makes it happen yet
     * @param schema JSON Schema of a delivery's body
     * @param sample such a body
     */
    record WebhookEventDescription(
            String name,
            @Nullable String alias,
            String description,
            boolean fires,
            Map<String, @Nullable Object> schema,
            Map<String, @Nullable Object> sample) {
        static WebhookEventDescription of(Catalogue.Entry entry) {
            return new WebhookEventDescription(
                    entry.name().wire(),
                    entry.name().alias(),
                    entry.description(),
                    entry.fires(),
                    members(entry.schema()),
                    members(entry.example()));
        }

        @SuppressWarnings("unchecked") // a JSON object is a map of its members
        private static Map<String, @Nullable Object> members(ObjectNode json) {
            return EventJson.STORED.treeToValue(json, LinkedHashMap.class);
        }
    }

    /** All of them. */
    record WebhookEventCatalogue(List<WebhookEventDescription> events) {}

    private static final WebhookEventCatalogue EVENTS = new WebhookEventCatalogue(
            Catalogue.all().stream().map(WebhookEventDescription::of).toList());

    private final Endpoints endpoints;
    private final EventLog events;
    private final Clock clock;

    WebhookQueryController(Endpoints endpoints, EventLog events, Clock clock) {
        this.endpoints = endpoints;
        this.events = events;
        this.clock = clock;
    }

    @GetMapping
    @RequiresScope(Scope.WEBHOOKS_READ)
    @ListParams(search = true, filters = "status")
    @Parameter(name = "status", description = "active or inactive; anything else is all", example = "active")
    @Operation(
            summary = "List webhooks",
            description =
                    "Newest first unless sorted otherwise. `search` looks into URLs and descriptions. Secrets are masked.")
    Listing<WebhookView> list(Request request, ListQuery query) {
        String status = query.filter("status");
        Boolean active = status == null
                ? null
                : switch (status) {
                    case "active" -> Boolean.TRUE;
                    case "inactive" -> Boolean.FALSE;
                    default -> null;
                };
        List<Endpoint> rows = endpoints.page(query, request.caller().mode(), active);
        return Listing.page(
                        query,
                        rows,
                        row -> query.after(
                                row.webhook().createdAt(), row.webhook().id()),
                        null)
                .map(row -> WebhookView.of(row.webhook()));
    }

    @GetMapping("/events")
    @RequiresScope(Scope.WEBHOOKS_READ)
    @Operation(
            summary = "List what webhooks can be told of",
            operationId = "listWebhookEvents",
            description = "Each with the JSON Schema of a delivery's body and a sample.")
    Answer<WebhookEventCatalogue> events(Request request) {
        return Answer.ok(EVENTS);
    }

    @GetMapping("/{id}")
    @RequiresScope(Scope.WEBHOOKS_READ)
    @Operation(summary = "Get a webhook", description = "The secret is masked.")
    Answer<WebhookView> get(Request request, @PathVariable UUID id, AsOf asOf) {
        Found<Webhook> found = single(request).find(id, asOf);
        return found.answer(WebhookView.of(found.state()));
    }

    @GetMapping("/{id}/history")
    @RequiresScope(Scope.WEBHOOKS_READ)
    @FromStore
    @ListParams(sort = "position")
    @Operation(
            summary = "Get a webhook's history",
            description = HistoryEntry.ABOUT + " Secrets are masked, and headers are their names.")
    Listing<HistoryEntry> history(Request request, @PathVariable UUID id, ListQuery query) {
        return single(request).history(id, query, (state, at) -> WebhookView.of((Webhook) state));
    }

    private Single<Webhook> single(Request request) {
        return new Single<>(endpoints, events, clock, request.caller(), "Webhook");
    }
}
