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
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.NotFound;
import io.tillstream.query.platform.Stored;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
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
    private final Clock clock;

    AccessQueryController(Documents<Access> access, Documents<Product> products, Clock clock) {
        this.access = access;
        this.products = products;
        this.clock = clock;
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
        Map<UUID, Product> granted = products.visibleTo(request.caller())
                .findAll(page.data().stream()
                        .map(stored -> stored.state().productId())
                        .toList());
        Instant now = clock.instant();
        // A grant refers to its product, so that it can't be deleted; only a parked product can be missing here.
        return new Listing<>(
                page.data().stream()
                        .map(Stored::state)
                        .flatMap(grant -> Stream.ofNullable(granted.get(grant.productId()))
                                .map(product -> AccessView.listed(grant, product, now)))
                        .toList(),
                page.pagination());
    }

    @GetMapping("/{accessId}")
    @RequiresScope(Scope.USERS_READ)
    @Operation(summary = "Get one grant of access")
    Answer<AccessView> get(Request request, @PathVariable UUID userId, @PathVariable UUID accessId) {
        Stored<Access> stored = NotFound.unless(
                access.visibleTo(request.caller())
                        .find(accessId)
                        .filter(found -> found.state().userId().equals(userId)),
                "Access");
        Product product = NotFound.unless(
                products.visibleTo(request.caller())
                        .find(stored.state().productId())
                        .map(Stored::state),
                "Product");
        return stored.answer(AccessView.single(stored.state(), product, clock.instant()));
    }
}
