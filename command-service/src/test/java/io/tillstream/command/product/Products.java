package io.tillstream.command.product;

import static io.tillstream.command.CommandServices.request;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.product.ProductBody.CreateProductRequest;
import io.tillstream.command.product.ProductBody.UpdateProductRequest;
import io.tillstream.command.product.ProductCommand.CreateProduct;
import io.tillstream.command.product.ProductCommand.DeleteProduct;
import io.tillstream.command.product.ProductCommand.UpdateProduct;
import io.tillstream.events.Mode;
import io.tillstream.events.product.Product;
import io.tillstream.http.Answer;
import java.time.Instant;
import java.util.UUID;
import org.springframework.context.ApplicationContext;

/** Makes, changes and deletes products in tests, as their controller would. */
public final class Products {
    private final CommandSender commands;

    public Products(ApplicationContext service) {
        commands = service.getBean(CommandSender.class);
    }

    /** Creates a product in live mode; answers its id. */
    public UUID create(String slug) {
        UUID id = UUID.randomUUID();
        String json = "{\"name\": \"Brushes\", \"slug\": \"" + slug + "\", \"price\": 2900}";
        var body = new CreateProductRequest().read(json.getBytes(UTF_8), false, Instant.EPOCH);
        commands.send(
                request("POST", "/api/v1/products", Mode.LIVE).build(),
                new CreateProduct(id, new ProductPatch(body)),
                (Product product) -> Answer.created(product.id()));
        return id;
    }

    public void update(UUID id, String json) {
        var body = new UpdateProductRequest().read(json.getBytes(UTF_8), false, Instant.EPOCH);
        commands.send(
                request("PATCH", "/api/v1/products/" + id, Mode.LIVE).build(),
                new UpdateProduct(id, new ProductPatch(body)),
                (Product product) -> Answer.ok(product.id()));
    }

    public void delete(UUID id) {
        commands.send(
                request("DELETE", "/api/v1/products/" + id, Mode.LIVE).build(),
                new DeleteProduct(id),
                (Product product) -> Answer.noContent());
    }
}
