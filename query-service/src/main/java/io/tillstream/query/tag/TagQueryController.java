package io.tillstream.query.tag;

import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.events.tag.Tag;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.consistency.Kept;
import io.tillstream.http.history.Found;
import io.tillstream.http.history.HistoryEntry;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.Search;
import io.tillstream.query.platform.Stored;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lists tags and shows one. */
@RestController
@RequestMapping("/api/v1/tags")
class TagQueryController {
    private final Documents<Tag> tags;

    TagQueryController(Documents<Tag> tags) {
        this.tags = tags;
    }

    @GetMapping
    @Kept
    @RequiresScope(Scope.PRODUCTS_READ)
    @ListParams(
            sort = {"created_at", "name", "slug"},
            search = true,
            total = true)
    @Operation(summary = "List tags", description = "Newest first unless sorted otherwise.")
    Listing<Tag> list(Request request, ListQuery query) {
        return tags.visibleTo(request.caller())
                .pageAndTotal(query, TagReads.COLUMNS, Search.matching(query.search()))
                .map(Stored::state);
    }

    @GetMapping("/{id}")
    @Kept
    @RequiresScope(Scope.PRODUCTS_READ)
    @Operation(summary = "Get a tag")
    Answer<Tag> get(Request request, @PathVariable UUID id, AsOf asOf) {
        Found<Tag> found = tags.single(request.caller(), "Tag").find(id, asOf);
        return found.answer(found.state());
    }

    @GetMapping("/{id}/history")
    @RequiresScope(Scope.PRODUCTS_READ)
    @FromStore
    @ListParams(sort = "position")
    @Operation(summary = "Get a tag's history", description = HistoryEntry.ABOUT)
    Listing<HistoryEntry> history(Request request, @PathVariable UUID id, ListQuery query) {
        return tags.single(request.caller(), "Tag").history(id, query);
    }
}
