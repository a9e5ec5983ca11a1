package io.tillstream.query;

import com.mongodb.client.MongoDatabase;
import io.tillstream.query.platform.OutsideConfiguration;
import io.tillstream.query.platform.ReadModelsCheck;
import io.tillstream.query.platform.Replays;
import io.tillstream.store.verify.Check;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** A shop's read models, opened by another process than the one that feeds them. */
public final class ReadModels implements AutoCloseable {
    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    /**
     * Opens them.
     *
     * @param store event-store's beans and the shop's settings
     */
    public ReadModels(ConfigurableApplicationContext store, MongoDatabase database) {
        context.setParent(store);
        // only what is asked for is made, which is no controller
        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
        context.registerBean(MongoDatabase.class, () -> database);
        context.register(OutsideConfiguration.class, ConceptReads.class);
        context.refresh();
    }

    /** The check that holds their documents against the events. */
    public Check check() {
        return context.getBean(ReadModelsCheck.class);
    }

    public Replays replays() {
        return context.getBean(Replays.class);
    }

    @Override
    public void close() {
        context.close();
    }
}
