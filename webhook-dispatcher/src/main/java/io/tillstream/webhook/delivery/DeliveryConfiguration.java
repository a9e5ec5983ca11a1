package io.tillstream.webhook.delivery;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.tillstream.http.error.Unavailability;
import io.tillstream.http.idempotency.FirstAnswers;
import io.tillstream.http.outgoing.Targets;
import io.tillstream.store.DispatcherSecrets;
import io.tillstream.store.EventLog;
import io.tillstream.store.EventStoreConfiguration;
import io.tillstream.store.Horizon;
import io.tillstream.store.IdempotencyAnswers;
import io.tillstream.store.MasterKey;
import io.tillstream.store.StoreSettings;
import io.tillstream.webhook.WebhookSettings;
import io.tillstream.webhook.endpoint.Endpoints;
import java.sql.Timestamp;
import java.time.Clock;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The dispatcher's own tables and what works on them. */
@Configuration
@Import({DeliveryController.class, DeliveryReportController.class, WebhookReplayController.class})
public class DeliveryConfiguration {
    private static final String SCHEMA = "webhooks";

    /**
     * For claiming and recording. Each row is found by its key, and in an index's order: a plan from when the queue was empty would read
     * all of it, however much waits by now, and an index scan marks what it finds dead, which a bitmap scan doesn't, and reads again
     * each time. Plans are kept: making one takes longer than recording a delivery. Commits don't wait for the disk: everybody sees them,
     * and only a crash of PostgreSQL itself may lose those of less than a second before. A claim is made again then, and what was sent
     * is sent again.
     */
    private static final String[] FOR_SENDING = {
        "synchronous_commit = off",
        "plan_cache_mode = force_generic_plan",
        "enable_seqscan = off",
        "enable_bitmapscan = off",
        "enable_sort = off",
        "enable_hashjoin = off",
        "enable_mergejoin = off",
        // it would compile every plan anew that can't do without one of these, whose costs are made up
        "jit = off"
    };

    /** Connections of the role that owns the schema, wherever that is. */
    @Bean
    HikariDataSource webhooks(StoreSettings store, WebhookSettings settings) {
        return EventStoreConfiguration.pool(
                "webhooks",
                inSchema(store, settings),
                store.postgres().webhooksUser(),
                store.postgres().webhooksPassword(),
                // a repeatable request's transaction is silent while its attempt waits for the receiver
                EventStoreConfiguration.MOST_SILENCE.plus(settings.timeout()));
    }

    /** Connections of the same role for claiming and recording alone. */
    @Bean
    HikariDataSource webhookSending(StoreSettings store, WebhookSettings settings) {
        return EventStoreConfiguration.pool(
                "webhook-sending",
                inSchema(store, settings),
                store.postgres().webhooksUser(),
                store.postgres().webhooksPassword(),
                EventStoreConfiguration.MOST_SILENCE,
                FOR_SENDING);
    }

    private static StoreSettings.Postgres inSchema(StoreSettings store, WebhookSettings settings) {
        StoreSettings.Postgres postgres = store.postgres();
        String url = settings.postgresUrl() == null ? postgres.url() : settings.postgresUrl();
        return postgres.at(url + (url.contains("?") ? "&" : "?") + "currentSchema=" + SCHEMA);
    }

    /** Connections of the same role to the store, for the wishes that commands decide on. */
    @Bean
    HikariDataSource webhookWishes(StoreSettings store) {
        StoreSettings.Postgres postgres = store.postgres();
        HikariDataSource pool = EventStoreConfiguration.pool(
                "webhook-wishes",
                postgres,
                postgres.webhooksUser(),
                postgres.webhooksPassword(),
                EventStoreConfiguration.MOST_SILENCE);
        pool.setMaximumPoolSize(1);
        pool.setMinimumIdle(0);
        return pool;
    }

    @Bean
    Endpoints endpoints(@Qualifier("webhooks") DataSource webhooks) {
        return new Endpoints(JdbcClient.create(webhooks));
    }

    @Bean
    Deliveries deliveries(@Qualifier("webhooks") DataSource webhooks, WebhookSettings settings) {
        return new Deliveries(new JdbcTemplate(webhooks), settings.maxAttempts());
    }

    @Bean
    DeliveryQueue deliveryQueue(@Qualifier("webhookSending") DataSource sending) {
        return new DeliveryQueue(new JdbcTemplate(sending));
    }

    @Bean
    Partitions partitions(@Qualifier("webhooks") DataSource webhooks) {
        return new Partitions(JdbcClient.create(webhooks), transaction(webhooks));
    }

    @Bean
    Intake intake(
            @Qualifier("webhooks") DataSource webhooks,
            Endpoints endpoints,
            Deliveries deliveries,
            Partitions partitions,
            EventLog events,
            Sending sending,
            WebhookSettings settings,
            Clock clock) {
        return new Intake(
                new JdbcTemplate(webhooks),
                transaction(webhooks),
                endpoints,
                deliveries,
                partitions,
                events,
                sending,
                settings.maxAttempts(),
                clock);
    }

    @Bean
    Replays webhookReplays(
            @Qualifier("webhooks") DataSource webhooks,
            Endpoints endpoints,
            Deliveries deliveries,
            Partitions partitions,
            EventLog events,
            Horizon horizon,
            WebhookSettings settings,
            Clock clock) {
        return new Replays(
                JdbcClient.create(webhooks),
                transaction(webhooks),
                endpoints,
                deliveries,
                partitions,
                events,
                horizon,
                settings.maxAttempts(),
                clock);
    }

    @Bean
    DeletedLogs deletedLogs(@Qualifier("webhooks") DataSource webhooks) {
        return new DeletedLogs(JdbcClient.create(webhooks), transaction(webhooks));
    }

    @Bean
    Client webhookClient(Targets targets, WebhookSettings settings, Clock clock) {
        return new Client(targets, settings.connectTimeout(), settings.timeout(), settings.inFlight(), clock);
    }

    @Bean
    Sending sending(
            DeliveryQueue queue,
            @Qualifier("webhookSending") DataSource claiming,
            @Qualifier("reader") DataSource reader,
            @Qualifier("webhookWishes") DataSource wishes,
            MasterKey master,
            Client client,
            WebhookSettings settings,
            MeterRegistry meters,
            Clock clock) {
        JdbcClient store = JdbcClient.create(wishes);
        return new Sending(
                queue,
                transaction(claiming),
                new DispatcherSecrets(reader, master),
                client,
                new Schedule(settings.retries()),
                new Sending.Limits(
                        settings.inFlight(),
                        settings.perEndpoint(),
                        settings.timeout(),
                        settings.leaseMargin(),
                        settings.suspendAfter()),
                (endpoint, mode, reason, now) -> store.sql("insert into public.webhook_suspension_wishes"
                                + " (webhook_id, mode, reason, wished_at) values (:id, :mode, :reason, :now)")
                        .param("id", endpoint)
                        .param("mode", mode)
                        .param("reason", reason)
                        .param("now", Timestamp.from(now))
                        .update(),
                meters,
                clock);
    }

    @Bean
    IdempotencyAnswers webhookAnswers(@Qualifier("webhooks") DataSource webhooks, MasterKey master) {
        return new IdempotencyAnswers(new JdbcTemplate(webhooks), master);
    }

    @Bean
    Once once(
            @Qualifier("webhooks") DataSource webhooks,
            @Qualifier("webhookAnswers") IdempotencyAnswers answers,
            Clock clock) {
        return new Once(transaction(webhooks), new FirstAnswers(answers, clock));
    }

    /** Its health is named after the bean. */
    @Bean
    Standing webhooksHealthIndicator(Dispatching dispatching, Deliveries deliveries, Clock clock) {
        return new Standing(dispatching, deliveries, clock);
    }

    @Bean
    Dispatching dispatching(
            @Qualifier("webhooks") DataSource webhooks,
            @Qualifier("webhookWishes") DataSource wishes,
            @Qualifier("webhookAnswers") IdempotencyAnswers answers,
            EventLog events,
            Horizon horizon,
            Intake intake,
            Sending sending,
            DeliveryQueue queue,
            Replays replays,
            DeletedLogs deletedLogs,
            Partitions partitions,
            WebhookSettings settings,
            Clock clock) {
        Runnable migration = () -> Flyway.configure()
                .configuration(EventStoreConfiguration.FLYWAY)
                .dataSource(webhooks)
                .schemas(SCHEMA)
                .createSchemas(false)
                .locations("classpath:io/tillstream/webhook/schema")
                .load()
                .migrate();
        return new Dispatching(
                migration,
                events,
                horizon,
                intake,
                sending,
                queue,
                replays,
                deletedLogs,
                new Witness(JdbcClient.create(wishes)),
                settings.afterLoss(),
                answers,
                partitions,
                settings.retention(),
                clock);
    }

    /** Until its tables are there the dispatcher has nothing to answer from. */
    @Bean
    Unavailability webhooksUnavailability(ObjectProvider<Dispatching> dispatching) {
        return failure -> failure instanceof BadSqlGrammarException
                && !dispatching.getObject().ready();
    }

    private static TransactionTemplate transaction(DataSource dataSource) {
        return new TransactionTemplate(new JdbcTransactionManager(dataSource));
    }
}
