package io.tillstream.query.event;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.CloudEvent;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresEveryScope;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.list.Cursor;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.stream.EventStream;
import io.tillstream.store.CloudEvents;
import io.tillstream.store.EventFilter;
import io.tillstream.store.EventPages;
import io.tillstream.store.EventRun;
import io.tillstream.store.Horizon;
import io.tillstream.store.RecentEvents;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows all of history that is settled, in pages or as it happens. */
@RestController
@RequestMapping("/api/v1/events")
class EventQueryController {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** A position is of one event, so a cursor needs nothing to break ties. */
    private static final UUID NO_TIE = new UUID(0, 0);

    private final Horizon horizon;
    private final EventPages pages;
    private final RecentEvents recent;
    private final CloudEvents events;

    EventQueryController(Horizon horizon, EventPages pages, RecentEvents recent, CloudEvents events) {
        this.horizon = horizon;
        this.pages = pages;
        this.recent = recent;
        this.events = events;
    }

    @GetMapping
    @RequiresEveryScope
    @FromStore
    @ListParams(
            sort = {"position"},
            ascending = true,
            filters = {
                "after",
                "type",
                "aggregate_type",
                "aggregate_id",
                "actor",
                "request_id",
                "correlation_id",
                "from",
                "to"
            })
    @Parameter(name = "after", description = "A position: only what comes after it", example = "4711")
    @Parameter(
            name = "type",
            description = "Names of event types, comma-separated, at most 50; `product.*` is every one of a product",
            example = "product.*,access.granted")
    @Parameter(name = "aggregate_type", description = "What changed", example = "product")
    @Parameter(name = "aggregate_id", description = "Which one", example = "0199c0de-7a11-7000-8000-000000000001")
    @Parameter(
            name = "actor",
            description =
                    "Who: `api_key:<id>`, `admin:<id>`, `customer:<id>`, `stripe:<event id>` or `system:<process>`",
            example = "api_key:0199c0de-7a11-7000-8000-000000000002")
    @Parameter(
            name = "request_id",
            description = "The `X-Request-Id` of the request that caused it",
            example = "b7e1c2aa-3f55-4c6e-9d6e-0c8f5a7a2f10")
    @Parameter(
            name = "correlation_id",
            description = "The first cause",
            example = "b7e1c2aa-3f55-4c6e-9d6e-0c8f5a7a2f10")
    @Parameter(name = "from", description = "RFC 3339: at or after this instant", example = "2026-03-06T00:00:00Z")
    @Parameter(name = "to", description = "RFC 3339: before this instant", example = "2026-03-07T00:00:00Z")
    @Operation(summary = "List events, or follow them", description = """
                    All of history in the order of the store, oldest first unless sorted otherwise: the events of your mode and \
                    those of the shop. Each is a CloudEvent with all attributes, as on the topic. A cursor stays valid for \
                    ever, and what a page has shown never changes (except that an erased person's fields become null). Of events \
                    that are hundreds of kilobytes large a page has fewer than `limit`: `has_more` says whether there are more.

                    With `Accept: text/event-stream` the same filters give a stream of what comes after `Last-Event-ID` or \
                    `after`, else from now on: `id` is the position, `event` the type, `data` the event. A comment comes \
                    every 15 s. It ends when the credential does. `cursor` and `sort_order=desc` are refused there; a credential \
                    may have 20 streams open.""")
    Listing<CloudEvent> list(Request request, ListQuery query) throws InterruptedException {
        EventFilter filter = filter(request, query::filter);
        Long after = wellFormed(() -> EventFilter.position("after", query.filter("after")));
        Cursor cursor = query.cursor();
        long begin = after == null ? 0 : after;
        long end = horizon.awaitNow(PATIENCE);
        if (cursor != null && query.ascending()) begin = Math.max(begin, position(cursor));
        if (cursor != null && !query.ascending()) end = Math.min(end, position(cursor) - 1);
        EventRun run = pages.page(filter, begin, end, query.limit() + 1, query.ascending());
        return Listing.page(
                query,
                events.of(run.events()),
                run.more(),
                event -> query.after(Long.valueOf(event.position()), NO_TIE),
                null);
    }

    @GetMapping(produces = "text/event-stream")
    @RequiresEveryScope
    @FromStore
    @Operation(hidden = true)
    EventStream follow(Request request) throws InterruptedException {
        EventFilter filter = filter(request, request::query);
        if (request.query("cursor") != null)
            throw invalid("cursor", "is for pages: a stream goes on after Last-Event-ID or after");
        if ("desc".equals(request.query("sort_order")))
            throw invalid("sort_order", "must be asc for a stream: it is oldest first");
        Long had = wellFormed(() -> EventFilter.position("Last-Event-ID", request.lastEventId()));
        Long after = had != null ? had : wellFormed(() -> EventFilter.position("after", request.query("after")));
        long start = after == null ? now() : after;
        return new EventsFrom(horizon, pages, recent, events, filter, start, after == null);
    }

    private long now() throws InterruptedException {
        return horizon.settledNow(PATIENCE)
                .orElseThrow(() -> Invalid.unavailable(
                        "A transaction in the store holds history up: say after which position to begin, or try again",
                        5));
    }

    private static EventFilter filter(Request request, Function<String, @Nullable String> given) {
        Mode mode = request.caller().mode();
        return wellFormed(() -> EventFilter.of(EnumSet.of(mode, Mode.SHOP), given));
    }

    private static <T extends @Nullable Object> T wellFormed(Supplier<T> parsed) {
        try {
            return parsed.get();
        } catch (EventFilter.Malformed e) {
            throw invalid(e.name(), e.phrase());
        }
    }

    private static long position(Cursor cursor) {
        Long position = cursor.number();
        if (position == null) throw new Invalid(ErrorCode.INVALID_INPUT, "Invalid cursor");
        return position;
    }

    private static Invalid invalid(String name, String phrase) {
        return new Invalid(
                ErrorCode.INVALID_INPUT, "Invalid " + name + ": " + phrase, Map.of(name, List.of(name + " " + phrase)));
    }
}
