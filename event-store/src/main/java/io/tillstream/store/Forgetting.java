package io.tillstream.store;

import io.tillstream.events.Mode;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Forgets a person in the transaction that appends his erasure: everything in this store that shows him, but for the events,
 * whose personal fields nobody can read without the key. What is kept elsewhere follows the event.
 */
final class Forgetting {
    private final JdbcClient jdbc;

    Forgetting(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param person the id of the aggregate that is the person, too */
    void forget(UUID person, Mode mode) {
        closeToReferences(person, mode);
        destroyKey(person);
        releaseClaims(person);
        deleteSnapshots(person);
        redactAnswers(person);
    }

    private void closeToReferences(UUID person, Mode mode) {
        jdbc.sql("update live_aggregates set erased = true where id = :person and mode = :mode")
                .param("person", person)
                .param("mode", mode.wire())
                .update();
    }

    private void destroyKey(UUID person) {
        jdbc.sql(
                        "insert into person_keys (person_id, wrapped, created_at, erased_at) values (:person, null, now(), now())"
                                + " on conflict (person_id) do update set wrapped = null, erased_at = excluded.erased_at")
                .param("person", person)
                .update();
    }

    // The fold's difference releases them by name; without the key, there is no name to release them by.
    private void releaseClaims(UUID person) {
        jdbc.sql("delete from claims where aggregate_id = :person")
                .param("person", person)
                .update();
    }

    private void deleteSnapshots(UUID person) {
        jdbc.sql("delete from snapshots where aggregate_id = :person")
                .param("person", person.toString())
                .update();
    }

    private void redactAnswers(UUID person) {
        jdbc.sql("update idempotency_answers set answer = null, fingerprint = '' where person_id = :person")
                .param("person", person)
                .update();
    }
}
