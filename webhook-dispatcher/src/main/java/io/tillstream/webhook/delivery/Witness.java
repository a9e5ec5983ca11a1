package io.tillstream.webhook.delivery;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the event store remembers of the dispatchers' progress. It is noted after the fact, so it is never ahead of the schema
 * {@code webhooks}, unless that was lost or restored from an older backup.
 */
final class Witness {
    private final JdbcClient store;

    Witness(JdbcClient store) {
        this.store = store;
    }

    long position() {
        return store.sql("select position from public.webhook_progress")
                .query(Long.class)
                .single();
    }

    void note(long position) {
        store.sql("update public.webhook_progress set position = :position where position < :position")
                .param("position", position)
                .update();
    }
}
