package io.tillstream.command.platform;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.trace.Traces;
import io.tillstream.store.Appended;
import io.tillstream.store.EventStoreConfiguration;
import io.tillstream.store.MasterKey;
import io.tillstream.store.Secrets;
import io.tillstream.store.StoreSettings;
import io.tillstream.store.WritableStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.config.AggregateConfiguration;
import org.axonframework.config.AggregateConfigurer;
import org.axonframework.config.Configuration;
import org.axonframework.config.Configurer;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventsourcing.AggregateFactory;
import org.axonframework.eventsourcing.AggregateSnapshotter;
import org.axonframework.eventsourcing.EventCountSnapshotTriggerDefinition;
import org.axonframework.eventsourcing.Snapshotter;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.messaging.correlation.CorrelationDataProvider;
import org.axonframework.serialization.Serializer;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** The write side: the owner's connections, the schema, and Axon on top of them, every part named. */
@org.springframework.context.annotation.Configuration
public class CommandPlatformConfiguration {
    private static final int SNAPSHOT_EVERY = 100;

    static {
        System.setProperty("axoniq.update-checker.disabled", "true"); // it phones home
    }

    @Bean
    HikariDataSource writer(StoreSettings settings) {
        StoreSettings.Postgres postgres = settings.postgres();
        return EventStoreConfiguration.pool(
                "writer", postgres, postgres.user(), postgres.password(), EventStoreConfiguration.MOST_SILENCE);
    }

    @Bean
    Flyway flyway(@Qualifier("writer") DataSource writer, StoreSettings settings) {
        Flyway flyway = Flyway.configure()
                .configuration(EventStoreConfiguration.FLYWAY)
                .dataSource(writer)
                .connectRetries(30)
                .placeholders(settings.postgres().placeholders())
                .load();
        flyway.migrate();
        return flyway;
    }

    @Bean
    WritableStore writableStore(
            @Qualifier("writer") DataSource writer, Flyway migrated, EventJson json, MasterKey master) {
        WritableStore store = new WritableStore(writer, json, master);
        store.adoptMasterKey();
        return store;
    }

    @Bean
    PlatformTransactionManager writes(@Qualifier("writer") DataSource writer) {
        return new JdbcTransactionManager(writer);
    }

    @Bean
    TransactionManager axonTransactions(PlatformTransactionManager writes) {
        return new SpringTransactions(writes);
    }

    @Bean
    Time time(Clock clock) {
        return new Time(clock);
    }

    @Bean
    Others others(WritableStore store) {
        return new Others(store);
    }

    @Bean(initMethod = "start", destroyMethod = "shutdown")
    Configuration axon(
            @Qualifier("writer") DataSource writer,
            WritableStore store,
            EventJson json,
            TransactionManager transactions,
            Time time,
            Others others,
            List<AggregateType> aggregates) {
        EventSerializer serializer = new EventSerializer(json, store.sealing());
        EventStore events = EmbeddedEventStore.builder()
                .storageEngine(engine(writer, serializer, transactions))
                .build();
        Configurer configurer = DefaultConfigurer.defaultConfiguration(false)
                .configureSerializer(config -> serializer)
                .configureEventSerializer(config -> serializer)
                .configureMessageSerializer(config -> serializer)
                .registerComponent(TransactionManager.class, config -> transactions)
                .registerComponent(ParameterResolverFactory.class, config -> parameters(time, others, store.secrets()))
                .configureCorrelationDataProviders(config -> List.of(new Causes()))
                .registerComponent(Snapshotter.class, config -> snapshotter(config, events, transactions))
                .configureEventStore(config -> events);
        for (AggregateType aggregate : aggregates) {
            serializer.register(aggregate.type());
            configurer.configureAggregate(configured(aggregate.type(), serializer));
        }
        Configuration axon = configurer.buildConfiguration();
        // where a part is missing Axon falls back to memory, and everything seems to work
        if (!axon.eventStore().equals(events)) throw new IllegalStateException("The event store is not on PostgreSQL");
        return axon;
    }

    @Bean
    CommandBus commandBus(Configuration axon) {
        return axon.commandBus();
    }

    @Bean
    CommandSender commandSender(
            CommandBus bus,
            TransactionManager transactions,
            WritableStore store,
            List<Constraints> constraints,
            List<Reaction> reactions,
            Appended appended,
            Clock clock,
            MeterRegistry meters,
            Traces traces) {
        return new CommandSender(bus, transactions, store, constraints, reactions, appended, clock, meters, traces);
    }

    @Bean(initMethod = "start")
    Housekeeping housekeeping(WritableStore store, Clock clock) {
        return new Housekeeping(store.answers(), clock);
    }

    private static <A> AggregateConfigurer<A> configured(Class<A> type, EventSerializer serializer) {
        return AggregateConfigurer.defaultConfiguration(type)
                .configureFilterEventsByType(config -> true) // the id of another kind is unknown here
                .configureCommandTargetResolver(config -> new AnnotatedTargets())
                .configureSnapshotTrigger(
                        config -> new EventCountSnapshotTriggerDefinition(config.snapshotter(), SNAPSHOT_EVERY))
                .configureSnapshotFilter(config ->
                        snapshot -> serializer.current(snapshot.getPayload().getType()));
    }

    // Not on the writer's thread: it still holds the aggregate's lock, whose waiters may hold every connection.
    private static Snapshotter snapshotter(Configuration config, EventStore events, TransactionManager transactions) {
        List<AggregateFactory<?>> factories = new ArrayList<>();
        for (AggregateConfiguration<?> aggregate : config.findModules(AggregateConfiguration.class))
            factories.add(aggregate.aggregateFactory());
        return AggregateSnapshotter.builder()
                .eventStore(events)
                .transactionManager(transactions)
                .aggregateFactories(factories)
                .repositoryProvider(config::repository)
                .parameterResolverFactory(config.parameterResolverFactory())
                .executor(task -> Thread.ofVirtual().name("snapshot").start(task))
                .build();
    }

    private static EventStorageEngine engine(
            DataSource writer, Serializer serializer, TransactionManager transactions) {
        DataSource inTransaction = new TransactionAwareDataSourceProxy(writer);
        JdbcEventStorageEngine.Builder builder = JdbcEventStorageEngine.builder()
                .eventSerializer(serializer)
                .snapshotSerializer(serializer)
                .schema(AppendingEngine.SCHEMA)
                .dataType(String.class)
                .connectionProvider(inTransaction::getConnection)
                .transactionManager(transactions);
        return new AppendingEngine(builder);
    }

    private static ParameterResolverFactory parameters(Time time, Others others, Secrets secrets) {
        return MultiParameterResolverFactory.ordered(
                ClasspathParameterResolverFactory.forClass(CommandPlatformConfiguration.class),
                new SimpleResourceParameterResolverFactory(List.of(time, others, secrets)));
    }

    /** Hands who and why on from a command to its events. */
    private static final class Causes implements CorrelationDataProvider {
        @Override
        public Map<String, ?> correlationDataFor(Message<?> command) {
            Map<String, Object> cause = new TreeMap<>(command.getMetaData());
            cause.remove(MetadataKeys.IF_MATCH);
            cause.putIfAbsent(MetadataKeys.CAUSATION_ID, command.getIdentifier());
            return cause;
        }
    }
}
