package io.tillstream.query.tag;

import io.tillstream.events.tag.Tag;
import io.tillstream.query.platform.Columns;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.FoldProjection;
import io.tillstream.query.platform.Reads;
import io.tillstream.query.platform.Search;
import org.bson.Document;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Tags as they are stored for reading. */
@Configuration
@Import(TagQueryController.class)
public class TagReads {
    static final Columns COLUMNS =
            new Columns().instant("created_at").text("name").text("slug");

    @Bean
    FoldProjection<Tag> tagProjection() {
        return new FoldProjection<>(Tag.CONCEPT, 1, TagReads::keys, "created_at", "name", "slug");
    }

    @Bean
    Documents<Tag> tagDocuments(Reads reads, FoldProjection<Tag> projection) {
        return reads.of(projection);
    }

    private static Document keys(Tag tag) {
        return new Document("created_at", Columns.key(tag.createdAt()))
                .append("name", Search.folded(tag.name()))
                .append("slug", tag.slug())
                .append(Search.KEY, Search.key(tag.name(), tag.slug()));
    }
}
