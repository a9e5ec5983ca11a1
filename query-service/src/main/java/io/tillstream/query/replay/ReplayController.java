package io.tillstream.query.replay;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.SessionOnly;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Refused;
import io.tillstream.http.error.Refuses;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.query.platform.Once;
import io.tillstream.query.platform.Replay;
import io.tillstream.query.platform.Replays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Asks for replays, shows how far they are, and aborts them. */
@RestController
@RequestMapping("/api/v1/replays")
class ReplayController {
    private final Replays replays;
    private final Once once;

    ReplayController(Replays replays, Once once) {
        this.replays = replays;
        this.once = once;
    }

    /**
     * What a request for replays led to.
     *
     * @param replays one for each projection: a new one, or the one that was on its way
     */
    record RequestedReplays(List<Replay> replays) {}

    @PostMapping
    @SessionOnly
    @Operation(
            operationId = "requestReplays",
            summary = "Build read models anew",
            description =
                    "Reads all events into new documents beside those in use, and switches over when they are complete; reads"
                            + " go on meanwhile. Where a replay of a projection is on its way, that one is answered.")
    @ApiResponse(responseCode = "202", description = "Queued, or on its way")
    Answer<RequestedReplays> request(
            Request request, @JsonBody(value = ReplayBody.class, optional = true) Values body) {
        List<String> named = body.texts("projections");
        Collection<String> wanted = named == null ? replays.projections() : named;
        Set<String> unknown = new TreeSet<>(wanted);
        unknown.removeAll(replays.projections());
        if (!unknown.isEmpty()) {
            String rule = "projections may name only " + String.join(", ", replays.projections());
            throw new Invalid(
                    ErrorCode.VALIDATION_ERROR, "Invalid input: " + rule, Map.of("projections", List.of(rule)));
        }
        return once.answer(
                request,
                () -> Answer.accepted(new RequestedReplays(
                        replays.request(wanted, request.caller().actor()))));
    }

    @GetMapping
    @SessionOnly
    @ListParams(sort = "requested_at")
    @Operation(summary = "List replays", description = "The newest first. What was over three months ago is forgotten.")
    Listing<Replay> list(ListQuery query) {
        return replays.page(query);
    }

    @GetMapping("/{id}")
    @SessionOnly
    @Operation(summary = "Get a replay", description = "With how far it is.")
    Answer<Replay> get(@PathVariable UUID id) {
        return Answer.ok(replays.find(id).orElseThrow(() -> new Refused(ReplayRefusal.UNKNOWN)));
    }

    @DeleteMapping("/{id}")
    @SessionOnly
    @Operation(
            summary = "Abort a replay",
            description = "It stops within a second, and its new documents are dropped. Reads go on as they were.")
    @Refuses({"UNKNOWN", "TOO_LATE"})
    @ApiResponse(responseCode = "202", description = "Will stop")
    Answer<Replay> abort(@PathVariable UUID id) {
        return Answer.accepted(replays.abort(id)
                .orElseThrow(() ->
                        new Refused(replays.find(id).isPresent() ? ReplayRefusal.TOO_LATE : ReplayRefusal.UNKNOWN)));
    }
}
