package io.tillstream.query.platform;

import com.mongodb.client.MongoDatabase;
import io.tillstream.store.EventLog;
import io.tillstream.store.Horizon;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The read models as another process than query-service has them: nothing is fed here, and no request answered. */
@Configuration
@EnableConfigurationProperties(QuerySettings.class)
public class OutsideConfiguration {
    @Bean
    ReadStore readStore(MongoDatabase database, Clock clock) {
        return new ReadStore(database, clock, new Interruptions());
    }

    @Bean
    Reads reads(ReadStore store, EventLog events, Clock clock) {
        return new Reads(store, projection -> null, events, clock);
    }

    @Bean
    ReadModelsCheck readModelsCheck(
            List<Projection<?>> projections, ReadStore store, EventLog events, Horizon horizon) {
        return new ReadModelsCheck(projections, store, events, horizon);
    }

    @Bean
    Replays replays(List<Projection<?>> projections, ReadStore store, Clock clock) {
        return new Replays(projections, store, clock);
    }
}
