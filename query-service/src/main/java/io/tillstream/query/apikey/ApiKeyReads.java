package io.tillstream.query.apikey;

import com.mongodb.client.MongoDatabase;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.query.platform.Columns;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.FoldProjection;
import io.tillstream.query.platform.Reads;
import io.tillstream.query.platform.Search;
import org.bson.Document;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** API keys as they are stored for reading. */
@Configuration
@Import(ApiKeyQueryController.class)
public class ApiKeyReads {
    static final Columns COLUMNS = new Columns().instant("created_at").text("name");

    /** Stands for the owner of a key that belongs to every admin. */
    static final String EVERYBODY = "";

    @Bean
    FoldProjection<ApiKey> apiKeyProjection() {
        return FoldProjection.ofShop(ApiKey.CONCEPT, 1, ApiKeyReads::keys, "created_at", "name");
    }

    @Bean
    Documents<ApiKey> apiKeyDocuments(Reads reads, FoldProjection<ApiKey> projection) {
        return reads.of(projection);
    }

    @Bean
    KeyUse keyUse(MongoDatabase database) {
        return new KeyUse(database);
    }

    private static Document keys(ApiKey key) {
        return new Document("created_at", Columns.key(key.createdAt()))
                .append("name", Search.folded(key.name()))
                .append(
                        "owner",
                        key.ownerId() == null ? EVERYBODY : key.ownerId().toString())
                .append(Search.KEY, Search.key(key.name()));
    }
}
