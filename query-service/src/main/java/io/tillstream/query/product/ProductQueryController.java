package io.tillstream.query.product;

import static com.mongodb.client.model.Filters.eq;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.tillstream.events.category.Category;
import io.tillstream.events.product.Label;
import io.tillstream.events.product.Product;
import io.tillstream.events.product.ProductView;
import io.tillstream.events.tag.Tag;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.Caller;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.consistency.Kept;
import io.tillstream.http.history.Found;
import io.tillstream.http.history.HistoryEntry;
import io.tillstream.http.history.Moment;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.list.Pagination;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.Search;
import io.tillstream.query.platform.Stored;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lists products and shows one. */
@RestController
@RequestMapping("/api/v1/products")
class ProductQueryController {
    private final Documents<Product> products;
    private final Documents<Category> categories;
    private final Documents<Tag> tags;

    ProductQueryController(Documents<Product> products, Documents<Category> categories, Documents<Tag> tags) {
        this.products = products;
        this.categories = categories;
        this.tags = tags;
    }

    @GetMapping
    @Kept
    @RequiresScope(Scope.PRODUCTS_READ)
    @ListParams(
            sort = {"created_at", "updated_at", "name", "slug", "price", "is_active", "is_featured"},
            search = true,
            filters = {"status", "category", "tag", "embed"},
            total = true)
    @Operation(
            summary = "List products",
            description =
                    "Newest first unless sorted otherwise. Categories and tags are embedded only where `embed` asks for them.")
    @Parameter(
            name = "status",
            description = "Only those on sale, or only those that are not; anything else means all",
            example = "active")
    @Parameter(
            name = "category",
            description =
                    "Ids or slugs of categories, separated by commas, at most 20: products that are in all of them",
            schema = @Schema(pattern = Membership.FORM),
            example = "painting")
    @Parameter(
            name = "tag",
            description = "Ids or slugs of tags, separated by commas, at most 20: products that have all of them",
            schema = @Schema(pattern = Membership.FORM),
            example = "brushes")
    @Parameter(
            name = "embed",
            description = "What to show with each, separated by commas: `categories`, `tags`",
            example = "categories,tags")
    Listing<ProductView> list(Request request, ListQuery query) {
        Caller caller = request.caller();
        List<Bson> filters = new ArrayList<>();
        String status = query.filter("status");
        if (status != null && (status.equals("active") || status.equals("inactive")))
            filters.add(eq("is_active", status.equals("active")));
        filters.add(Search.matching(query.search()));
        Optional<Bson> inCategories = Membership.parse("category", query.filter("category"))
                .filter(categories.visibleTo(caller), "category_ids");
        Optional<Bson> withTags =
                Membership.parse("tag", query.filter("tag")).filter(tags.visibleTo(caller), "tag_ids");
        if (inCategories.isEmpty() || withTags.isEmpty()) return nothing(query);
        filters.add(inCategories.get());
        filters.add(withTags.get());
        Listing<Stored<Product>> page =
                products.visibleTo(caller).pageAndTotal(query, ProductReads.COLUMNS, filters.toArray(Bson[]::new));
        if (Objects.equals(page.pagination().total(), 0L)) return nothing(query);
        Embedded embedded = embedded(
                products.now(caller),
                Embed.parse(query.filter("embed"), Embed.NOTHING),
                page.data().stream().map(Stored::state).toList());
        return page.map(stored -> embedded.view(
                stored.state(), stored.state().details().bundleItemIds().size()));
    }

    @GetMapping("/{id}")
    @Kept
    @RequiresScope(Scope.PRODUCTS_READ)
    @Operation(summary = "Get a product", description = "With its categories and tags unless `embed` says otherwise.")
    @Parameter(
            name = "embed",
            description = "What to show with it, separated by commas: `categories`, `tags`; empty for neither",
            example = "categories,tags")
    Answer<ProductView> get(Request request, @PathVariable UUID id, AsOf asOf) {
        Found<Product> found = products.single(request.caller(), "Product").find(id, asOf);
        return found.answer(view(found.state(), found.moment(), Embed.parse(request.query("embed"), Embed.EVERYTHING)));
    }

    @GetMapping("/{id}/history")
    @RequiresScope(Scope.PRODUCTS_READ)
    @FromStore
    @ListParams(sort = "position")
    @Operation(summary = "Get a product's history", description = HistoryEntry.ABOUT)
    Listing<HistoryEntry> history(Request request, @PathVariable UUID id, ListQuery query) {
        return products.single(request.caller(), "Product")
                .history(id, query, (state, at) -> view((Product) state, at, Embed.EVERYTHING));
    }

    private ProductView view(Product product, Moment at, Embed embed) {
        return embedded(at, embed, List.of(product)).view(product, null);
    }

    private static Listing<ProductView> nothing(ListQuery query) {
        return new Listing<>(List.of(), new Pagination(null, null, false, query.limit(), 0L));
    }

    private Embedded embedded(Moment at, Embed embed, List<Product> in) {
        return new Embedded(
                embed.categories()
                        ? labels(
                                at, categories, in, product -> product.details().categoryIds(), Labels::of)
                        : null,
                embed.tags() ? labels(at, tags, in, product -> product.details().tagIds(), Labels::of) : null);
    }

    private static <S> Map<UUID, Label> labels(
            Moment at, Documents<S> of, List<Product> in, Function<Product, List<UUID>> ids, Function<S, Label> label) {
        return Labels.of(
                at.findAll(of, in.stream().map(ids).flatMap(Collection::stream).toList()), label);
    }

    /** The labels that a page of products shows; null for those it doesn't. */
    private record Embedded(
            @Nullable Map<UUID, Label> categories, @Nullable Map<UUID, Label> tags) {
        ProductView view(Product product, @Nullable Integer bundleItemCount) {
            return new ProductView(
                    product,
                    Labels.of(categories, product.details().categoryIds()),
                    Labels.of(tags, product.details().tagIds()),
                    bundleItemCount);
        }
    }
}
