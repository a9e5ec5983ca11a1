package io.tillstream.query.apikey;

import static com.mongodb.client.model.Filters.in;

import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.events.apikey.ApiKeyView;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.Caller;
import io.tillstream.http.access.SessionOnly;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.history.Found;
import io.tillstream.http.history.HistoryEntry;
import io.tillstream.http.history.Single;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.apikey.KeyUse.Used;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.Search;
import io.tillstream.query.platform.Stored;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.bson.conversions.Bson;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lists an admin's keys and shows one. Somebody else's are as if they weren't there. */
@RestController
@RequestMapping("/api/v1/api-keys")
class ApiKeyQueryController {
    private final Documents<ApiKey> keys;
    private final KeyUse use;

    ApiKeyQueryController(Documents<ApiKey> keys, KeyUse use) {
        this.keys = keys;
        this.use = use;
    }

    @GetMapping
    @SessionOnly
    @ListParams(
            sort = {"created_at", "name"},
            search = true)
    @Operation(
            summary = "List API keys",
            description =
                    "Your own and those of the shop, revoked and rotated ones too, newest first unless sorted otherwise.")
    Listing<ApiKeyView.Listed> list(Request request, ListQuery query) {
        Listing<Stored<ApiKey>> page = keys.visibleTo(request.caller())
                .page(query, ApiKeyReads.COLUMNS, ownedBy(request.caller()), Search.matching(query.search()));
        Map<UUID, Used> used = use.of(page.data().stream().map(Stored::id).toList());
        return page.map(stored -> {
            Used of = used.getOrDefault(stored.id(), Used.NEVER);
            return new ApiKeyView.Listed(ApiKeyView.of(stored.state()), of.lastAt(), of.count());
        });
    }

    @GetMapping("/{id}")
    @SessionOnly
    @Operation(summary = "Get an API key", description = "With its use; the key itself is never shown again.")
    Answer<ApiKeyView.Single> get(Request request, @PathVariable UUID id, AsOf asOf) {
        Found<ApiKey> found = of(request.caller()).find(id, asOf);
        Used used = use.of(Set.of(id)).getOrDefault(id, Used.NEVER);
        // Use is counted, not recorded: what it was before the last one is not known.
        boolean usedSince =
                found.past() && used.lastAt() != null && used.lastAt().isAfter(found.instant());
        ApiKey key = found.state();
        return found.answer(new ApiKeyView.Single(
                ApiKeyView.of(key),
                usedSince ? null : used.lastAt(),
                usedSince ? null : used.count(),
                usedSince ? null : used.lastIp(),
                key.revokedReason(),
                key.rotatedFromId()));
    }

    @GetMapping("/{id}/history")
    @SessionOnly
    @FromStore
    @ListParams(sort = "position")
    @Operation(summary = "Get an API key's history", description = HistoryEntry.ABOUT)
    Listing<HistoryEntry> history(Request request, @PathVariable UUID id, ListQuery query) {
        return of(request.caller()).history(id, query);
    }

    private Single<ApiKey> of(Caller caller) {
        return keys.single(caller, "API key")
                .only(key -> key.ownerId() == null || key.ownerId().equals(caller.id()));
    }

    private static Bson ownedBy(Caller caller) {
        return in("owner", caller.id().toString(), ApiKeyReads.EVERYBODY);
    }
}
