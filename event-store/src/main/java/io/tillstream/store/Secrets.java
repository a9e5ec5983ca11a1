package io.tillstream.store;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Secrets that an event refers to by id: sealed under the master key, written in the transaction of that event. */
public final class Secrets {
    private final JdbcClient jdbc;
    private final MasterKey master;

    public Secrets(JdbcClient jdbc, MasterKey master) {
        this.jdbc = jdbc;
        this.master = master;
    }

    /** Keeps a secret under an id that was never used before. */
    public void put(UUID id, String secret) {
        put(id, secret, false);
    }

    /** As above, for one that the webhook dispatcher reads. */
    public void putForDispatcher(UUID id, String secret) {
        put(id, secret, true);
    }

    private void put(UUID id, String secret, boolean forDispatcher) {
        jdbc.sql("insert into secrets (id, for_dispatcher, sealed) values (:id, :forDispatcher, :sealed)")
                .param("id", id)
                .param("forDispatcher", forDispatcher)
                .param("sealed", master.seal(purpose(id), secret.getBytes(StandardCharsets.UTF_8)))
                .update();
    }

    public Optional<String> get(UUID id) {
        return jdbc.sql("select sealed from secrets where id = :id")
                .param("id", id)
                .query(byte[].class)
                .optional()
                .map(bytes -> new String(master.open(purpose(id), bytes), StandardCharsets.UTF_8));
    }

    public void delete(UUID id) {
        jdbc.sql("delete from secrets where id = :id").param("id", id).update();
    }

    static String purpose(UUID id) {
        return "secret " + id;
    }
}
