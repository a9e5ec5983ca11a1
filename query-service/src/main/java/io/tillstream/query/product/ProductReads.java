package io.tillstream.query.product;

import io.tillstream.events.product.Product;
import io.tillstream.query.platform.Columns;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.FoldProjection;
import io.tillstream.query.platform.Reads;
import io.tillstream.query.platform.Search;
import java.util.List;
import java.util.UUID;
import org.bson.Document;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Products as they are stored for reading. */
@Configuration
@Import(ProductQueryController.class)
public class ProductReads {
    static final Columns COLUMNS = new Columns()
            .instant("created_at")
            .instant("updated_at")
            .text("name")
            .text("slug")
            .number("price")
            .bool("is_active")
            .bool("is_featured");

    @Bean
    FoldProjection<Product> productProjection() {
        return new FoldProjection<>(
                Product.CONCEPT,
                1,
                ProductReads::keys,
                "created_at",
                "updated_at",
                "name",
                "slug",
                "price",
                "is_active",
                "is_featured",
                "category_ids",
                "tag_ids");
    }

    @Bean
    Documents<Product> productDocuments(Reads reads, FoldProjection<Product> projection) {
        return reads.of(projection);
    }

    private static Document keys(Product product) {
        return new Document("created_at", Columns.key(product.createdAt()))
                .append("updated_at", Columns.key(product.updatedAt()))
                .append("name", Search.folded(product.details().name()))
                .append("slug", product.details().slug())
                .append("price", product.price().price())
                .append("is_active", product.isActive())
                .append("is_featured", product.details().isFeatured())
                .append("category_ids", texts(product.details().categoryIds()))
                .append("tag_ids", texts(product.details().tagIds()))
                .append(
                        Search.KEY,
                        Search.key(product.details().name(), product.details().description()));
    }

    private static List<String> texts(List<UUID> ids) {
        return ids.stream().map(UUID::toString).toList();
    }
}
