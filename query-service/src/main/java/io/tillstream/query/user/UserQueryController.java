package io.tillstream.query.user;

import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessView;
import io.tillstream.events.product.Product;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserStats;
import io.tillstream.events.user.UserView;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.history.Found;
import io.tillstream.http.history.HistoryEntry;
import io.tillstream.http.history.Moment;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.platform.Columns;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.Search;
import io.tillstream.query.platform.Stored;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lists customers and shows one, with what they have access to. */
@RestController
@RequestMapping("/api/v1/users")
class UserQueryController {
    private static final Columns COLUMNS = new Columns()
            .instant("created_at")
            .instant("user_created_at", "created_at")
            .text("email")
            .instant("last_sign_in_at")
            .number("total_products")
            .number("total_value")
            .instant("last_access_granted_at");

    @FunctionalInterface
    private interface Shown {
        AccessView of(Access access, Product product, Instant at);
    }

    private final Documents<Customer> customers;
    private final Documents<Product> products;
    private final String currency;

    UserQueryController(Documents<Customer> customers, Documents<Product> products, String currency) {
        this.customers = customers;
        this.products = products;
        this.currency = currency;
    }

    @GetMapping
    @RequiresScope(Scope.USERS_READ)
    @ListParams(
            sort = {
                "created_at",
                "user_created_at",
                "email",
                "last_sign_in_at",
                "total_products",
                "total_value",
                "last_access_granted_at"
            },
            search = true,
            searchMaxLength = Integer.MAX_VALUE,
            total = true)
    @Operation(
            summary = "List users",
            description =
                    "All accounts of the mode with their access and what it adds up to, newest first unless sorted otherwise. `search` looks into e-mail addresses.")
    Listing<UserView> list(Request request, ListQuery query) {
        Listing<Stored<Customer>> page =
                customers.visibleTo(request.caller()).pageAndTotal(query, COLUMNS, Search.matching(query.search()));
        List<Customer> found = page.data().stream().map(Stored::state).toList();
        Moment now = customers.now(request.caller());
        Map<UUID, Product> granted = granted(now, found);
        return page.map(stored -> view(stored.state(), granted, now.instant(), AccessView::listed));
    }

    @GetMapping("/{id}")
    @RequiresScope(Scope.USERS_READ)
    @Operation(
            summary = "Get a user",
            description = "With access and what it adds up to; an expired grant reads as expired without delay.")
    Answer<UserView> get(Request request, @PathVariable UUID id, AsOf asOf) {
        Found<Customer> found = customers.single(request.caller(), "User").find(id, asOf);
        Map<UUID, Product> granted = granted(found.moment(), List.of(found.state()));
        return found.answer(view(found.state(), granted, found.instant(), AccessView::inUser));
    }

    @GetMapping("/{id}/history")
    @RequiresScope(Scope.USERS_READ)
    @FromStore
    @ListParams(sort = "position")
    @Operation(
            summary = "Get a user's history",
            description = "Of the account and of all its access. " + HistoryEntry.ABOUT)
    Listing<HistoryEntry> history(Request request, @PathVariable UUID id, ListQuery query) {
        return customers.single(request.caller(), "User").history(id, query, (state, at) -> switch (state) {
            case User user -> UserView.Account.of(user);
            default -> state;
        });
    }

    private Map<UUID, Product> granted(Moment at, List<Customer> to) {
        return at.findAll(
                products,
                to.stream()
                        .map(Customer::grants)
                        .flatMap(Collection::stream)
                        .map(Access::productId)
                        .toList());
    }

    private UserView view(Customer customer, Map<UUID, Product> granted, Instant at, Shown shown) {
        List<AccessView> access = customer.grants().reversed().stream()
                .flatMap(grant ->
                        Stream.ofNullable(granted.get(grant.productId())).map(product -> shown.of(grant, product, at)))
                .toList();
        return UserView.of(customer.user(), access, UserStats.of(customer.grants(), currency));
    }
}
