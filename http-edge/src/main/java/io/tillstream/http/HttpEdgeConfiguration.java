package io.tillstream.http;

import io.tillstream.http.consistency.OwnWrites;
import io.tillstream.http.redis.Redis;
import io.tillstream.http.session.LoginThrottle;
import io.tillstream.http.session.Sessions;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;

/** The edge of every service. */
@Configuration
@EnableConfigurationProperties(EdgeSettings.class)
@PropertySource("classpath:io/tillstream/http/edge.properties")
public class HttpEdgeConfiguration {
    @Bean
    Redis redis(EdgeSettings settings) {
        return new Redis(settings.redis().uri());
    }

    @Bean
    Sessions sessions(Redis redis, Clock clock) {
        return new Sessions(redis, clock);
    }

    @Bean
    LoginThrottle loginThrottle(Redis redis) {
        return new LoginThrottle(redis);
    }

    @Bean
    OwnWrites ownWrites(Redis redis, Clock clock, EdgeSettings settings) {
        return new OwnWrites(redis, clock, settings.redis().sharedWrites());
    }
}
