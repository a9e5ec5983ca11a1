package io.tillstream.query.apikey;

import io.tillstream.http.usage.KeyUses;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Keeps what the edges of all services count. */
@Configuration
public class KeyUseConfiguration {
    @Bean(initMethod = "start")
    KeyUseKeeper keyUseKeeper(KeyUses counted, KeyUse kept) {
        return new KeyUseKeeper(counted, kept);
    }
}
