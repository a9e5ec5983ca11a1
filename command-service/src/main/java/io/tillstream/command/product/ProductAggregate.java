package io.tillstream.command.product;

import static org.axonframework.modelling.command.AggregateCreationPolicy.ALWAYS;
import static org.axonframework.modelling.command.AggregateCreationPolicy.CREATE_IF_MISSING;

import io.tillstream.command.platform.EventSourced;
import io.tillstream.command.platform.Others;
import io.tillstream.command.platform.Time;
import io.tillstream.command.product.ProductCommand.CreateProduct;
import io.tillstream.command.product.ProductCommand.DeleteProduct;
import io.tillstream.command.product.ProductCommand.UpdateProduct;
import io.tillstream.command.product.ProductRules.Surroundings;
import io.tillstream.events.category.Category;
import io.tillstream.events.product.Product;
import io.tillstream.events.product.ProductEvent;
import io.tillstream.events.tag.Tag;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/** A product, to Axon. */
@AggregateRoot(type = "product")
class ProductAggregate extends EventSourced<Product, ProductEvent> {
    ProductAggregate() {
        super(Product.CONCEPT);
    }

    @CommandHandler
    @CreationPolicy(ALWAYS)
    Product handle(CreateProduct command, Time time, Others others) {
        return decide(time, (none, now) -> ProductRules.create(command, around(null, command.patch(), others), now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Product handle(UpdateProduct command, Time time, Others others) {
        return decide(
                time,
                (product, now) -> ProductRules.update(product, command, around(product, command.patch(), others), now));
    }

    @CommandHandler
    @CreationPolicy(CREATE_IF_MISSING)
    Product handle(DeleteProduct command, Time time) {
        return decide(time, (product, now) -> ProductRules.delete(product, now));
    }

    private static Surroundings around(@Nullable Product product, ProductPatch patch, Others others) {
        Map<UUID, Product> bundled = new HashMap<>();
        for (UUID item : bundleItems(product, patch)) {
            boolean itself = product != null && item.equals(product.id());
            Product live = itself ? null : others.live(Product.CONCEPT, item);
            if (live != null) bundled.put(item, live);
        }
        return new Surroundings(
                bundled,
                existing(patch.ids("categories"), id -> others.live(Category.CONCEPT, id) != null),
                existing(patch.ids("tags"), id -> others.live(Tag.CONCEPT, id) != null),
                product == null ? Set.of() : new HashSet<>(others.referrers(product.id())));
    }

    private static List<UUID> bundleItems(@Nullable Product product, ProductPatch patch) {
        if (patch.sets("bundleItemIds")) return patch.ids("bundleItemIds");
        return product == null ? List.of() : product.details().bundleItemIds();
    }

    private static Set<UUID> existing(List<UUID> ids, Predicate<UUID> exists) {
        return ids.stream().filter(exists).collect(Collectors.toSet());
    }
}
