package io.tillstream.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tillstream.events.Concepts;
import io.tillstream.events.envelope.EventJson;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** What every service has of the event store: reading it, through a role that can do nothing else. */
@Configuration
@EnableConfigurationProperties(StoreSettings.class)
public class EventStoreConfiguration {
    /** For so long a transaction that writes may be silent: more than any has a reason to be, but one that waits for an answer. */
    public static final Duration MOST_SILENCE = Duration.ofMinutes(1);

    /** Has Flyway lock by a session: a transaction that is open for as long as all migrations take would be silent too long. */
    public static final Map<String, String> FLYWAY = Map.of("flyway.postgresql.transactional.lock", "false");

    @Bean
    @ConditionalOnMissingBean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    EventJson eventJson() {
        return new EventJson(Concepts.ALL, List.of());
    }

    @Bean
    MasterKey masterKey(StoreSettings settings) {
        return MasterKey.of(settings.masterKey());
    }

    @Bean
    HikariDataSource reader(StoreSettings settings) {
        StoreSettings.Postgres postgres = settings.postgres();
        return pool("reader", postgres, postgres.readerUser(), postgres.readerPassword());
    }

    @Bean
    EventLog eventLog(@Qualifier("reader") DataSource reader, EventJson json, MasterKey master) {
        JdbcClient jdbc = JdbcClient.create(reader);
        return new EventLog(jdbc, ownTransaction(reader), json, new Sealing(jdbc, master));
    }

    @Bean
    CloudEvents cloudEvents(
            @Qualifier("reader") DataSource reader, EventJson json, MasterKey master, StoreSettings settings) {
        return new CloudEvents(json, new Sealing(JdbcClient.create(reader), master), settings.shop());
    }

    @Bean
    Appended appended() {
        return new Appended();
    }

    @Bean
    Horizon horizon(EventLog log, Appended appended) {
        return new Horizon(log, appended);
    }

    /** Lazy: whoever reads the store only, such as the command line, follows no credentials. */
    @Bean(initMethod = "start")
    @Lazy
    Credentials credentials(@Qualifier("reader") DataSource reader) {
        return new Credentials(JdbcClient.create(reader));
    }

    /** A pool that doesn't need its server to be there yet. */
    public static HikariDataSource pool(String name, StoreSettings.Postgres postgres, String user, String password) {
        return new HikariDataSource(config(name, postgres, user, password));
    }

    /**
     * As the other, for whoever writes: PostgreSQL ends a transaction that is open and silent for so long. While a process that
     * stands still holds one open, every {@link Tail} waits at the positions that it may have taken.
     *
     * @param settings more that its connections begin with, as {@code name = value}
     */
    public static HikariDataSource pool(
            String name,
            StoreSettings.Postgres postgres,
            String user,
            String password,
            Duration silence,
            String... settings) {
        HikariConfig config = config(name, postgres, user, password);
        StringBuilder begin = new StringBuilder("set idle_in_transaction_session_timeout = " + silence.toMillis());
        for (String setting : settings) begin.append("; set ").append(setting);
        config.setConnectionInitSql(begin.toString());
        return new HikariDataSource(config);
    }

    private static HikariConfig config(String name, StoreSettings.Postgres postgres, String user, String password) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(postgres.url());
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(postgres.pool());
        config.setMinimumIdle(2);
        config.setConnectionTimeout(2_000);
        config.setValidationTimeout(1_000);
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("socketTimeout", "60");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        // a failure's message, which is logged, would quote what was to be stored
        config.addDataSourceProperty("logServerErrorDetail", "false");
        return config;
    }

    /** Runs in a transaction of its own, whatever the caller's. */
    public static TransactionTemplate ownTransaction(DataSource dataSource) {
        TransactionTemplate template = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        template.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        return template;
    }
}
