package io.tillstream.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.embedded.Servers;
import io.tillstream.events.envelope.CloudEvent;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.events.user.UserEvent.UserRegistered;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.node.ObjectNode;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CloudEventsTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final String METADATA =
            "{\"actor\":\"admin:a\",\"request_id\":\"r\",\"correlation_id\":\"c\",\"causation_id\":\"d\",\"mode\":\"live\"}";

    private final TestStore store = new TestStore(Servers.temporary().postgres());
    private final CloudEvents events = new CloudEvents(store.json, store.writable.sealing(), "mine");

    @AfterAll
    void close() {
        store.close();
    }

    @Test
    void haveAllAttributesOfTheContract() {
        String payload =
                store.json.write(new TagCreated(ID, NOON, "Red\n\"x\"", "red")).toString();
        CloudEvent event =
                events.of(List.of(row(7, "tag.created", METADATA, payload))).getFirst();
        assertThat(new String(event.json(), UTF_8))
                .isEqualTo(
                        "{\"specversion\":\"1.0\",\"id\":\"e7\",\"source\":\"/tillstream/mine\",\"type\":\"tag.created\","
                                + "\"time\":\"2026-03-01T12:00:00.000Z\",\"datacontenttype\":\"application/json\","
                                + "\"dataschema\":\"/schemas/tag.created/1\",\"subject\":\"" + ID
                                + "\",\"aggregatetype\":\"tag\","
                                + "\"sequence\":\"3\",\"position\":\"7\",\"actor\":\"admin:a\",\"requestid\":\"r\","
                                + "\"correlationid\":\"c\",\"causationid\":\"d\",\"mode\":\"live\",\"data\":" + payload
                                + "}");
        assertThat(events.lines(List.of(row(7, "tag.created", METADATA, payload)))
                        .getFirst()
                        .json())
                .isEqualTo(event.json());
        ObjectNode json = EventJson.object(new String(event.json(), UTF_8));
        var names = new TreeSet<>(event.attributes().keySet());
        names.addAll(List.of("data", "datacontenttype"));
        assertThat(new TreeSet<>(json.propertyNames())).isEqualTo(names);
        event.attributes()
                .forEach((name, value) -> assertThat(json.path(name).asString()).isEqualTo(value));
    }

    @Test
    void openPersonalFieldsAndShowNoneOfAForgottenPerson() {
        UserRegistered registered = new UserRegistered(UUID.randomUUID(), NOON, "ada@example.com", "Ada");
        ObjectNode payload = store.json.write(registered);
        store.transaction.executeWithoutResult(
                status -> store.writable.sealing().seal(registered, payload));
        StoredEvent row = row(8, "user.registered", METADATA, payload.toString());
        assertThat(row.payload()).doesNotContain("ada@example.com");
        assertThat(data(row).path("email").asString()).isEqualTo("ada@example.com");
        store.jdbc.sql("delete from person_keys").update();
        assertThat(data(row).get("email").isNull()).isTrue();
        assertThat(data(row).get("name").isNull()).isTrue();
    }

    @Test
    void showWhatCanBeToldOfOneThatCannotBeReadAndHideNoOther() {
        List<StoredEvent> rows = List.of(
                row(1, "tag.created", METADATA, "{\"name\":\"a\"}"),
                row(2, "tag.created", METADATA, "{\"name\":\"a"),
                row(3, "tag.unheard_of", METADATA, "{}"),
                row(4, "tag.created", "{\"actor\":[]}", "{}"),
                row(5, "tag.created", METADATA, "[1]"),
                row(6, "user.registered", METADATA, "{\"email\":{\"person\":\"nobody\",\"sealed\":\"?\"}}"),
                row(7, "tag.created", METADATA, "{\n\"name\":\"b\"}"));
        List<CloudEvent> shown = events.of(rows);
        assertThat(shown).extracting(CloudEvent::position).containsExactly("1", "2", "3", "4", "5", "6", "7");
        assertThat(shown)
                .extracting(CloudEvent::unreadable)
                .containsExactly(null, "payload", "type", "metadata", "payload", "person", null);
        assertThat(shown.get(1).data()).isNull();
        assertThat(new String(shown.get(6).json(), UTF_8)).doesNotContain("\n");
        assertThat(events.lines(rows))
                .extracting(line -> EventJson.STORED.readTree(line.json()))
                .containsExactlyElementsOf(shown.stream()
                        .map(event -> EventJson.STORED.readTree(event.json()))
                        .toList());
        assertThat(events.lines(rows))
                .extracting(CloudEvents.Line::unreadable)
                .containsExactly(false, true, true, true, true, true, false);
        assertThat(events.lines(rows)).noneMatch(line -> new String(line.json(), UTF_8).contains("\n"));
        assertThatThrownBy(() -> events.allOf(List.of(row(2, "tag.created", METADATA, "{"))))
                .hasMessageContaining("position 2");
    }

    private ObjectNode data(StoredEvent row) {
        ObjectNode data = events.of(List.of(row)).getFirst().data();
        return data == null ? EventJson.STORED.createObjectNode() : data;
    }

    private static StoredEvent row(long position, String type, String metadata, String payload) {
        return new StoredEvent(
                position,
                "e" + position,
                "tag",
                ID.toString(),
                3,
                type,
                "1",
                "2026-03-01T12:00:00.000Z",
                metadata,
                payload);
    }
}
