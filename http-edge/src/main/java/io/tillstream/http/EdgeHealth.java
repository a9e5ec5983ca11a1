package io.tillstream.http;

import io.tillstream.http.redis.Redis;
import io.tillstream.http.redis.RedisAway;
import io.tillstream.store.Credentials;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the edge says of its health. Neither takes an instance out of service: keys work without Redis, and on the last copy. */
@Configuration
class EdgeHealth {
    /** Without it: no sessions, and limits per instance. */
    @Bean
    HealthIndicator redisHealthIndicator(Redis redis) {
        return () -> {
            try {
                redis.askAndWait(ask -> ask.ping());
                return Health.up().build();
            } catch (RedisAway e) {
                return Health.down().build();
            }
        };
    }

    /** While it is down, a revoked key may be honoured for longer than a second. */
    @Bean
    HealthIndicator credentialsHealthIndicator(Credentials credentials) {
        return () -> credentials.current() ? Health.up().build() : Health.down().build();
    }
}
