package io.tillstream.query.platform;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.error.Unavailability;
import io.tillstream.http.trace.Traces;
import io.tillstream.store.EventLog;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The engine, fed by every {@link Projection} bean there is. */
@Configuration
@EnableConfigurationProperties(QuerySettings.class)
public class ReadSideConfiguration {
    /** What the other instances know this one by; people by the process. */
    private final String instance = ProcessHandle.current().pid() + "-" + UUID.randomUUID();

    @Bean
    Interruptions interruptions() {
        return new Interruptions();
    }

    /** Gives up soon where the server is away: reads then say so, and the follower tries again. */
    @Bean
    MongoClient mongoClient(QuerySettings settings, Interruptions interruptions) {
        return MongoClients.create(MongoClientSettings.builder()
                .applyToConnectionPoolSettings(pool -> pool.addConnectionPoolListener(interruptions))
                .applyConnectionString(new ConnectionString(settings.mongodb().uri()))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(2, TimeUnit.SECONDS))
                .applyToSocketSettings(
                        socket -> socket.connectTimeout(2, TimeUnit.SECONDS).readTimeout(30, TimeUnit.SECONDS))
                .build());
    }

    @Bean
    MongoDatabase mongoDatabase(MongoClient client, QuerySettings settings) {
        return client.getDatabase(settings.mongodb().database());
    }

    @Bean
    ReadStore readStore(MongoDatabase database, Clock clock, Interruptions interruptions) {
        return new ReadStore(database, clock, interruptions);
    }

    @Bean
    Progress progress(EventLog events, Interruptions interruptions) {
        return new Progress(events::highest, interruptions::count);
    }

    @Bean
    ReadStoreAway readStoreAway() {
        return new ReadStoreAway();
    }

    @Bean
    Follower follower(
            List<Projection<?>> projections,
            ReadStore store,
            EventLog events,
            QuerySettings settings,
            EventJson json,
            Progress progress,
            Traces traces) {
        return new Follower(
                projections,
                store,
                events,
                new Follower.Broker(settings.kafka().bootstrap(), settings.topic()),
                json,
                progress,
                traces);
    }

    @Bean
    Replays replays(List<Projection<?>> projections, ReadStore store, Clock clock) {
        return new Replays(projections, store, clock);
    }

    @Bean
    Once replaysOnce(ReadStore store, Clock clock) {
        return new Once(store, clock);
    }

    @Bean
    Rebuilder rebuilder(
            List<Projection<?>> projections,
            Replays replays,
            ReadStore store,
            EventLog events,
            Follower follower,
            List<Unavailability> unavailabilities) {
        return new Rebuilder(
                projections, replays, store, events, follower, unavailabilities, instance, Rebuilder.DEATH);
    }

    @Bean
    Caretaker caretaker(Follower follower, ReadStore store, Replays replays, Clock clock) {
        return new Caretaker(follower, store, replays, clock, instance, Caretaker.Pace.USUAL);
    }

    @Bean
    Reads reads(ReadStore store, Follower follower, EventLog events, Clock clock) {
        return new Reads(store, follower::current, events, clock);
    }

    /** How far reads are behind the store. */
    @Bean
    MeterBinder projectionLag(Progress progress, EventLog events, ReadStore store) {
        return meters -> {
            Gauge.builder("tillstream.projection.lag", progress, p -> lag(p, events))
                    .description("Positions that are stored and not yet in the read model")
                    .baseUnit("events")
                    .register(meters);
            Gauge.builder(
                            "tillstream.projection.lag.time",
                            progress,
                            p -> lag(p, events) > 0 ? p.behindFor().toMillis() / 1000.0 : 0)
                    .description("How long there has been something to project")
                    .baseUnit("seconds")
                    .register(meters);
            Gauge.builder("tillstream.projection.parked", store, ReadStore::countParked)
                    .description("Documents that stand still, with an event that can't be digested")
                    .register(meters);
        };
    }

    private static double lag(Progress progress, EventLog events) {
        return Math.max(0, events.highest() - progress.position());
    }

    @Bean
    HealthIndicator readStoreHealthIndicator(ReadStore store) {
        return new Healths.Store(store);
    }

    @Bean
    HealthIndicator brokerHealthIndicator(Follower follower) {
        return new Healths.Broker(follower);
    }

    @Bean
    HealthIndicator projectionsHealthIndicator(Follower follower, Progress progress, ReadStore store, EventLog events) {
        return new Healths.Lag(follower, progress, store, events);
    }
}
