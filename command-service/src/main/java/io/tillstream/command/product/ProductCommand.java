package io.tillstream.command.product;

import java.util.UUID;
import org.axonframework.modelling.command.TargetAggregateIdentifier;

/** What can be asked of a product. */
sealed interface ProductCommand {
    record CreateProduct(@TargetAggregateIdentifier UUID productId, ProductPatch patch) implements ProductCommand {}

    record UpdateProduct(@TargetAggregateIdentifier UUID productId, ProductPatch patch) implements ProductCommand {}

    record DeleteProduct(@TargetAggregateIdentifier UUID productId) implements ProductCommand {}
}
