package io.tillstream.standalone;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tillstream.query.ReadModels;
import io.tillstream.store.EventLog;
import io.tillstream.store.EventStoreConfiguration;
import io.tillstream.store.StoreSettings;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stores of a running shop, opened by another process: PostgreSQL through the role that can only read. */
final class Stores implements AutoCloseable {
    static final String KAFKA = "tillstream.kafka.bootstrap";
    static final String TOPIC = "tillstream.topic";
    static final String MONGODB_URI = "tillstream.mongodb.uri";
    static final String MONGODB_DATABASE = "tillstream.mongodb.database";

    private final AnnotationConfigApplicationContext context;
    private final MongoClient mongo;

    private Stores(AnnotationConfigApplicationContext context) {
        this.context = context;
        this.mongo = MongoClients.create(MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(setting(MONGODB_URI)))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(5, TimeUnit.SECONDS))
                .build());
    }

    static Stores open(Map<String, Object> settings, String masterKey) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("tillstream.master-key", masterKey);
        all.put("tillstream.postgres.reader-password", Settings.readerPassword(masterKey));
        all.put("tillstream.postgres.pool", 4);
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("running shop", all));
        context.register(EventStoreConfiguration.class);
        try {
            context.refresh();
        } catch (BeansException e) {
            throw new CannotGoOn("The shop's store doesn't open: " + Reasons.innermost(e), e);
        }
        Stores stores = new Stores(context);
        try {
            stores.events().requireMasterKey();
            return stores;
        } catch (RuntimeException e) {
            stores.close();
            String reason = refused(e) ? "TILLSTREAM_MASTER_KEY is not the one of the shop" : Reasons.innermost(e);
            throw new CannotGoOn("The shop's store doesn't open: " + reason, e);
        }
    }

    /** Whether the reading role's password, which hangs on the master key, is another one. */
    private static boolean refused(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause())
            if (cause instanceof SQLException sql && "28P01".equals(sql.getSQLState())) return true;
        return false;
    }

    /** What event-store offers every service: {@link EventLog}, {@link StoreSettings}, the master key and so on. */
    <T> T get(Class<T> type) {
        return context.getBean(type);
    }

    EventLog events() {
        return get(EventLog.class);
    }

    JdbcClient jdbc() {
        return JdbcClient.create(get(DataSource.class));
    }

    MongoDatabase mongodb() {
        return mongo.getDatabase(setting(MONGODB_DATABASE));
    }

    ReadModels readModels() {
        return new ReadModels(context, mongodb());
    }

    /** One of the shop's own settings. */
    String setting(String name) {
        return context.getEnvironment().getRequiredProperty(name);
    }

    @Override
    public void close() {
        mongo.close();
        context.close();
    }
}
