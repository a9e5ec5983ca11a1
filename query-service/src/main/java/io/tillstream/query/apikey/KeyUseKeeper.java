package io.tillstream.query.apikey;

import io.tillstream.http.usage.KeyUses;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes what all services have counted, every second, and keeps it. */
final class KeyUseKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KeyUseKeeper.class);

    private final KeyUses counted;
    private final KeyUse kept;
    private final ScheduledExecutorService everySecond = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("key-use-keeper").daemon().factory());

    KeyUseKeeper(KeyUses counted, KeyUse kept) {
        this.counted = counted;
        this.kept = kept;
    }

    void start() {
        var _ = everySecond.scheduleWithFixedDelay(this::keep, 1, 1, TimeUnit.SECONDS);
    }

    void keep() {
        counted.take().forEach((key, use) -> {
            try {
                kept.add(key, new KeyUse.Used(use.count(), use.lastAt(), use.lastIp()));
            } catch (RuntimeException e) {
                log.debug("Uses of key {} are kept later", key, e);
                counted.count(key, use);
            }
        });
    }

    @Override
    public void close() {
        everySecond.shutdown();
    }
}
