package io.tillstream.query.apikey;

import io.tillstream.http.usage.KeyUses;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
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
        Map<UUID, KeyUses.Use> taken = counted.take();
        if (taken.isEmpty()) return;
        Set<UUID> later = addAll(taken);
        taken.forEach((key, use) -> {
            if (later.contains(key)) counted.count(key, use);
        });
    }

    /** Answers which keys' uses are to be kept later. */
    private Set<UUID> addAll(Map<UUID, KeyUses.Use> uses) {
        try {
            return kept.add(uses);
        } catch (RuntimeException e) {
            log.debug("Uses of {} keys are kept later", uses.size(), e);
            return uses.keySet();
        }
    }

    @Override
    public void close() {
        everySecond.shutdown();
    }
}
