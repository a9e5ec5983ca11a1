package io.tillstream.standalone.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.Concept;
import io.tillstream.events.Concept.EventType;
import io.tillstream.events.Concepts;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.envelope.EventJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * The committed schemas of events, {@code <logical name>.<revision>.json}, which every service answers with below
 * {@code /schemas/}. Those of today's revisions are made from the records; older ones stay as they were. Run with
 * {@code -Dopenapi.write=true} after an event is new or has changed.
 */
class EventSchemasTest {
    private static final Map<String, String> TODAY = new TreeMap<>();

    @BeforeAll
    static void generate() throws IOException {
        RecordSchemas records = RecordSchemas.stored(new JavaDocs(Repository.sources()));
        for (Concept<?, ?> concept : Concepts.ALL)
            concept.events().forEach((event, type) -> TODAY.put(file(type), schema(records, event, type)));
        if (!Boolean.getBoolean("openapi.write")) return;
        Files.createDirectories(Repository.SCHEMAS);
        for (var schema : TODAY.entrySet())
            Files.writeString(Repository.SCHEMAS.resolve(schema.getKey()), schema.getValue());
    }

    private static String file(EventType type) {
        return type.name() + "." + type.revision() + ".json";
    }

    private static String schema(RecordSchemas records, Class<? extends DomainEvent> event, EventType type) {
        ObjectNode schema = RecordSchemas.JSON.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "/schemas/" + type.name() + "/" + type.revision());
        schema.put("title", type.name() + ", revision " + type.revision());
        schema.setAll(records.object(event));
        return OpenApiTest.pretty(schema);
    }

    static Set<String> today() {
        return TODAY.keySet();
    }

    static List<Path> approved() throws IOException {
        try (Stream<Path> files = Files.list(Repository.APPROVED)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("today")
    void isWhatTheRecordSays(String file) {
        assertThat(Repository.SCHEMAS.resolve(file)).content().isEqualTo(TODAY.get(file));
    }

    @ParameterizedTest
    @MethodSource("approved")
    void fitsEveryApprovedSample(Path sample) throws IOException {
        Path file = Repository.SCHEMAS.resolve(sample.getFileName().toString());
        ObjectNode schema = EventJson.object(Files.readString(file));
        schema.remove("$id"); // relative to wherever it is served
        ObjectNode value = EventJson.object(Files.readString(sample));
        assertThat(Schemas.wrong(schema, value)).isEmpty();
        assertThat(schema.path("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(value.propertyNames());
        value.remove("at");
        assertThat(Schemas.wrong(schema, value)).as("an event without its time").isNotEmpty();
    }

    @Test
    void hasNoneOfWhatNeverWas() throws IOException {
        try (Stream<Path> files = Files.list(Repository.SCHEMAS)) {
            assertThat(files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()))
                    .isEqualTo(approved().stream()
                            .map(file -> file.getFileName().toString())
                            .collect(Collectors.toSet()));
        }
    }
}
