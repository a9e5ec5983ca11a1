package io.tillstream.command.product;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.f4b6a3.uuid.UuidCreator;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.platform.Others;
import io.tillstream.command.product.ProductBody.CreateProductRequest;
import io.tillstream.command.product.ProductBody.UpdateProductRequest;
import io.tillstream.command.product.ProductCommand.CreateProduct;
import io.tillstream.command.product.ProductCommand.DeleteProduct;
import io.tillstream.command.product.ProductCommand.UpdateProduct;
import io.tillstream.events.Flat;
import io.tillstream.events.OmitNull;
import io.tillstream.events.category.Category;
import io.tillstream.events.product.Label;
import io.tillstream.events.product.Product;
import io.tillstream.events.product.ProductView;
import io.tillstream.events.tag.Tag;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.Refuses;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/products")
class ProductCommandController {
    /**
     * A product as a write answers with it.
     *
     * @param warnings what was left out of the request; absent when nothing was
     */
    record WrittenProduct(
            @Flat ProductView product,
            @OmitNull @JsonProperty("_warnings") @Nullable List<String> warnings) {}

    private final CommandSender commands;
    private final Others others;

    ProductCommandController(CommandSender commands, Others others) {
        this.commands = commands;
        this.others = others;
    }

    @PostMapping
    @RequiresScope(Scope.PRODUCTS_WRITE)
    @Operation(summary = "Create a product")
    @Refuses({"SLUG_TAKEN", "INVALID", "BUNDLED_PRODUCT_GONE"})
    Answer<WrittenProduct> create(Request request, @JsonBody(CreateProductRequest.class) Values body) {
        ProductPatch patch = new ProductPatch(body);
        UUID id = UuidCreator.getTimeOrderedEpoch();
        return commands.send(
                request,
                new CreateProduct(id, patch),
                (Product product) -> Answer.created(written(product, patch)).version(product.version()));
    }

    @PatchMapping("/{id}")
    @RequiresScope(Scope.PRODUCTS_WRITE)
    @Operation(
            summary = "Update a product",
            description = "Sets the fields that are sent. 207 when unknown categories or tags were left out.")
    @Refuses({"UNKNOWN", "SLUG_TAKEN", "INVALID", "BUNDLED_PRODUCT_GONE"})
    @ApiResponse(responseCode = "200", description = "As it is after the change")
    @ApiResponse(
            responseCode = "207",
            description = "Changed, but unknown categories or tags were left out: see `_warnings`")
    Answer<WrittenProduct> update(
            @PathVariable UUID id, Request request, @JsonBody(UpdateProductRequest.class) Values body) {
        ProductPatch patch = new ProductPatch(body);
        return commands.send(request, new UpdateProduct(id, patch), (Product product) -> {
            WrittenProduct written = written(product, patch);
            return (written.warnings() == null ? Answer.ok(written) : Answer.of(207, written))
                    .version(product.version());
        });
    }

    @DeleteMapping("/{id}")
    @RequiresScope(Scope.PRODUCTS_WRITE)
    @Operation(
            summary = "Delete a product",
            description = "Refused while anything refers to it; deactivate it instead.")
    @Refuses({"UNKNOWN", "STILL_REFERRED_TO"})
    Answer<Void> delete(@PathVariable UUID id, Request request) {
        return commands.send(request, new DeleteProduct(id), (Product product) -> Answer.noContent());
    }

    private WrittenProduct written(Product product, ProductPatch patch) {
        List<Label> categories = product.details().categoryIds().stream()
                .map(id -> others.live(Category.CONCEPT, id))
                .filter(Objects::nonNull)
                .map(category -> new Label(category.id(), category.name(), category.slug()))
                .toList();
        List<Label> tags = product.details().tagIds().stream()
                .map(id -> others.live(Tag.CONCEPT, id))
                .filter(Objects::nonNull)
                .map(tag -> new Label(tag.id(), tag.name(), tag.slug()))
                .toList();
        List<String> warnings = ProductRules.warnings(patch, product);
        return new WrittenProduct(
                new ProductView(product, categories, tags, null), warnings.isEmpty() ? null : warnings);
    }
}
