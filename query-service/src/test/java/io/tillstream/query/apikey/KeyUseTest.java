package io.tillstream.query.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import io.tillstream.http.usage.KeyUses.Use;
import io.tillstream.query.apikey.KeyUse.Used;
import io.tillstream.query.platform.ReadStoreServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(ReadStoreServer.class)
class KeyUseTest {
    private static final Instant NOON = Instant.parse("2026-04-01T12:00:00Z");

    private final UUID one = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();
    private final MongoDatabase database;
    private final KeyUse uses;

    KeyUseTest(ReadStoreServer server) {
        database = server.open();
        uses = new KeyUse(database);
    }

    @Test
    void addsUpAndShowsTheLastTime() {
        assertThat(uses.add(Map.of(one, new Use(2, NOON, "192.0.2.1"), other, new Use(1, NOON, null))))
                .isEmpty();
        assertThat(uses.add(Map.of(one, new Use(3, NOON.minusSeconds(1), null))))
                .isEmpty();
        assertThat(uses.of(List.of(one, other)))
                .isEqualTo(Map.of(one, new Used(5, NOON, "192.0.2.1"), other, new Used(1, NOON, null)));
    }

    @Test
    void tellsWhichOfManyItCouldNotAdd() {
        database.getCollection("usage").insertOne(new Document("_id", one.toString()).append("count", "no number"));
        assertThat(uses.add(Map.of(one, new Use(1, NOON, null), other, new Use(2, NOON, null))))
                .containsExactly(one);
        assertThat(uses.of(List.of(other))).containsEntry(other, new Used(2, NOON, null));
    }
}
