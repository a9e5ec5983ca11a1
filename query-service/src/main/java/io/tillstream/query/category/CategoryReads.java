package io.tillstream.query.category;

import io.tillstream.events.category.Category;
import io.tillstream.query.platform.Columns;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.FoldProjection;
import io.tillstream.query.platform.Reads;
import io.tillstream.query.platform.Search;
import org.bson.Document;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Categories as they are stored for reading. */
@Configuration
@Import(CategoryQueryController.class)
public class CategoryReads {
    static final Columns COLUMNS =
            new Columns().instant("created_at").text("name").text("slug");

    @Bean
    FoldProjection<Category> categoryProjection() {
        return new FoldProjection<>(Category.CONCEPT, 1, CategoryReads::keys, "created_at", "name", "slug");
    }

    @Bean
    Documents<Category> categoryDocuments(Reads reads, FoldProjection<Category> projection) {
        return reads.of(projection);
    }

    private static Document keys(Category category) {
        return new Document("created_at", Columns.key(category.createdAt()))
                .append("name", Search.folded(category.name()))
                .append("slug", category.slug())
                .append(Search.KEY, Search.key(category.name(), category.slug()));
    }
}
