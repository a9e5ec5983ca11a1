package io.tillstream.query.access;

import static com.mongodb.client.model.Filters.eq;

import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessView;
import io.tillstream.events.product.Product;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.history.Found;
import io.tillstream.http.history.HistoryEntry;
import io.tillstream.http.history.Moment;
import io.tillstream.http.history.NotFound;
import io.tillstream.http.history.Single;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.Stored;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lists what one customer has access to, and shows one grant. */
@RestController
@RequestMapping("/api/v1/users/{userId}/access")
class AccessQueryController {
    private final Documents<Access> access;
    private final Documents<Product> products;

    AccessQueryController(Documents<Access> access, Documents<Product> products) {
        this.access = access;
        this.products = products;
    }

    @GetMapping
    @RequiresScope(Scope.USERS_READ)
    @ListParams(sort = {"created_at", "expires_at"})
    @Operation(
            summary = "List a user's access",
            description =
                    "Newest grant first unless sorted otherwise, revoked ones left out. Empty for an unknown user.")
    Listing<AccessView> list(Request request, @PathVariable UUID userId, ListQuery query) {
        Listing<Stored<Access>> page =
                access.visibleTo(request.caller()).page(query, AccessReads.COLUMNS, eq("user_id", userId.toString()));
        Moment now = access.now(request.caller());
        Map<UUID, Product> granted = now.findAll(
                products,
                page.data().stream().map(stored -> stored.state().productId()).toList());
        // A grant refers to its product, so that it can't be deleted; only a parked product can be missing here.
        return new Listing<>(
                page.data().stream()
                        .map(Stored::state)
                        .flatMap(grant -> Stream.ofNullable(granted.get(grant.productId()))
                                .map(product -> AccessView.listed(grant, product, now.instant())))
                        .toList(),
                page.pagination());
    }

    @GetMapping("/{accessId}")
    @RequiresScope(Scope.USERS_READ)
    @Operation(summary = "Get one grant of access")
    Answer<AccessView> get(Request request, @PathVariable UUID userId, @PathVariable UUID accessId, AsOf asOf) {
        Found<Access> found = of(request, userId).find(accessId, asOf);
        UUID granted = found.state().productId();
        Product product = NotFound.unless(
                Optional.ofNullable(
                        found.moment().findAll(products, List.of(granted)).get(granted)),
                "Product");
        return found.answer(AccessView.single(found.state(), product, found.instant()));
    }

    @GetMapping("/{accessId}/history")
    @RequiresScope(Scope.USERS_READ)
    @FromStore
    @ListParams(sort = "position")
    @Operation(summary = "Get the history of a grant", description = HistoryEntry.ABOUT)
    Listing<HistoryEntry> history(
            Request request, @PathVariable UUID userId, @PathVariable UUID accessId, ListQuery query) {
        return of(request, userId).history(accessId, query);
    }

    private Single<Access> of(Request request, UUID user) {
        return access.single(request.caller(), "Access")
                .only(grant -> grant.userId().equals(user));
    }
}
