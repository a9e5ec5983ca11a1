package io.tillstream.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.store.Sealing.PersonForgotten;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What is stored of a person can be read with his key, and by nobody once it is destroyed. */
class SealingTest {
    private static TestStore store;

    @BeforeAll
    static void start() {
        store = new TestStore(Servers.temporary().postgres());
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    private final UserRegistered event =
            new UserRegistered(UUID.randomUUID(), Instant.parse("2026-01-01T00:00:00Z"), "ann@example.com", "Ann");

    @Test
    void storesNoPersonalFieldInPlainText() {
        ObjectNode sealed = sealed();
        assertThat(sealed.toString())
                .doesNotContain("ann@example.com", "Ann")
                .contains(event.userId().toString());
    }

    @Test
    void opensWhatItSealed() {
        ObjectNode json = sealed();
        store.writable.sealing().open(UserRegistered.class, json);
        assertThat(store.json.read("user.registered", 1, json)).isEqualTo(event);
    }

    @Test
    void readsAnErasedPersonAsNull() {
        ObjectNode json = sealed();
        forget(event.userId());
        store.writable.sealing().open(UserRegistered.class, json);
        UserRegistered read = (UserRegistered) store.json.read("user.registered", 1, json);
        assertThat(read.email()).isNull();
        assertThat(read.name()).isNull();
        assertThat(read.userId()).isEqualTo(event.userId());
    }

    @Test
    void makesNoNewKeyForWhomItHasForgotten() {
        sealed();
        forget(event.userId());
        assertThatThrownBy(this::sealed).isInstanceOf(PersonForgotten.class);
        forget(event.userId());
        assertThatThrownBy(this::sealed).isInstanceOf(PersonForgotten.class);
    }

    @Test
    void forgetsWhomItNeverKnew() {
        forget(event.userId());
        assertThatThrownBy(this::sealed).isInstanceOf(PersonForgotten.class);
    }

    @Test
    void storesWhatSaysNothingOfAForgottenPerson() {
        forget(event.userId());
        UserRegistered nobody = new UserRegistered(event.userId(), event.at(), null, null);
        ObjectNode json = store.json.write(nobody);
        store.writable.sealing().seal(nobody, json);
        assertThat(json).isEqualTo(store.json.write(nobody));
    }

    @Test
    void forgetsOnlyAfterWhatIsBeingSealed() throws Exception {
        sealed();
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            Future<?> forgotten = requireNonNull(store.transaction.execute(status -> {
                sealed();
                Future<?> running = other.submit(() -> forget(event.userId()));
                awaitSomebodyWaiting();
                assertThat(running.isDone()).isFalse();
                return running;
            }));
            forgotten.get();
        }
        assertThatThrownBy(this::sealed).isInstanceOf(PersonForgotten.class);
    }

    @Test
    void sealsTheSameTextDifferentlyEachTime() {
        assertThat(sealed()).isNotEqualTo(sealed());
    }

    @Test
    void keepsSecretsSealed() {
        UUID id = UUID.randomUUID();
        store.writable.secrets().put(id, "whsec_very-secret");
        assertThat(store.writable.secrets().get(id)).contains("whsec_very-secret");
        byte[] row = store.jdbc
                .sql("select sealed from secrets where id = :id")
                .param("id", id)
                .query(byte[].class)
                .single();
        assertThat(new String(row, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("very-secret");
    }

    private void forget(UUID person) {
        store.transaction.executeWithoutResult(status -> new Forgetting(store.jdbc).forget(person, Mode.LIVE));
    }

    private static void awaitSomebodyWaiting() {
        Instant deadline = Instant.now().plusSeconds(20);
        while (!store.jdbc
                .sql("select exists (select from pg_stat_activity where wait_event_type = 'Lock'"
                        + " and datname = current_database())")
                .query(Boolean.class)
                .single()) {
            assertThat(Instant.now()).as("somebody waits for the key").isBefore(deadline);
            // in a transaction PostgreSQL shows what it showed at first
            store.jdbc.sql("select pg_stat_clear_snapshot()").query().listOfRows();
        }
    }

    private ObjectNode sealed() {
        ObjectNode json = store.json.write(event);
        store.writable.sealing().seal(event, json);
        return json;
    }
}
