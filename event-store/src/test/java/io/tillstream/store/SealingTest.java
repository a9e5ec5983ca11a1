package io.tillstream.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.embedded.Servers;
import io.tillstream.events.user.UserEvent.UserRegistered;
import java.time.Instant;
import java.util.UUID;
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
        store.jdbc
                .sql("delete from person_keys where person_id = :person")
                .param("person", event.userId())
                .update();
        store.writable.sealing().open(UserRegistered.class, json);
        UserRegistered read = (UserRegistered) store.json.read("user.registered", 1, json);
        assertThat(read.email()).isNull();
        assertThat(read.name()).isNull();
        assertThat(read.userId()).isEqualTo(event.userId());
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

    private ObjectNode sealed() {
        ObjectNode json = store.json.write(event);
        store.writable.sealing().seal(event, json);
        return json;
    }
}
