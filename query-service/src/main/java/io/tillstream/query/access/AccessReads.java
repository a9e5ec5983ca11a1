package io.tillstream.query.access;

import io.tillstream.events.access.Access;
import io.tillstream.query.platform.Columns;
import io.tillstream.query.platform.Documents;
import io.tillstream.query.platform.FoldProjection;
import io.tillstream.query.platform.Reads;
import org.bson.Document;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Grants as they are stored for reading. */
@Configuration
@Import(AccessQueryController.class)
public class AccessReads {
    static final Columns COLUMNS = new Columns().instant("created_at").instant("expires_at");

    @Bean
    FoldProjection<Access> accessProjection() {
        return new FoldProjection<>(Access.CONCEPT, 1, AccessReads::keys, "user_id");
    }

    @Bean
    Documents<Access> accessDocuments(Reads reads, FoldProjection<Access> projection) {
        return reads.of(projection);
    }

    private static Document keys(Access access) {
        return new Document("user_id", access.userId().toString())
                .append("created_at", Columns.key(access.grantedAt()))
                .append("expires_at", Columns.key(access.expiresAt()));
    }
}
