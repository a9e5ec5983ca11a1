package io.tillstream.query.proof;

import io.tillstream.store.proof.StoredTree;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stored tree and the endpoints that show it. */
@Configuration
@Import(ProofController.class)
public class ProofConfiguration {
    @Bean
    StoredTree storedTree(@Qualifier("reader") DataSource reader) {
        return new StoredTree(JdbcClient.create(reader));
    }
}
