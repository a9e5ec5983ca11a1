package io.tillstream.events.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.Concept.EventType;
import io.tillstream.events.Concepts;
import io.tillstream.events.DomainEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stored events are forever: what is written today must stay what was approved, and what was ever approved must be read.
 * An approved file is {@code <logical name>.<revision>.json} and is only ever added. When an event gets a new one, run with
 * {@code -Dapprove=true}, which writes the files that are missing and changes none.
 */
class ApprovedEventsTest {
    private static final Path APPROVED = Path.of("src/test/resources/approved");
    private static final EventJson JSON = new EventJson(Concepts.ALL, List.of());

    static List<DomainEvent> samples() {
        return Samples.ALL;
    }

    static List<Path> approved() throws IOException {
        try (Stream<Path> files = Files.list(APPROVED)) {
            return files.sorted().toList();
        }
    }

    @Test
    void hasASampleOfEveryEvent() {
        Set<Class<?>> sampled = Samples.ALL.stream().map(DomainEvent::getClass).collect(Collectors.toSet());
        assertThat(sampled)
                .containsExactlyInAnyOrderElementsOf(Concepts.ALL.stream()
                        .flatMap(concept -> concept.events().keySet().stream())
                        .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void writesWhatWasApproved(DomainEvent sample) throws IOException {
        EventType type = JSON.typeOf(sample.getClass());
        Path file = APPROVED.resolve(type.name() + "." + type.revision() + ".json");
        String json = pretty(JSON.write(sample));
        if (Boolean.getBoolean("approve") && !Files.exists(file)) Files.writeString(file, json);
        assertThat(file).content().isEqualTo(json);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void readsBackWhatItWrites(DomainEvent sample) {
        EventType type = JSON.typeOf(sample.getClass());
        assertThat(JSON.read(type.name(), type.revision(), JSON.write(sample))).isEqualTo(sample);
    }

    @ParameterizedTest
    @MethodSource("approved")
    void readsEverythingThatWasEverApproved(Path file) throws IOException {
        String[] parts = file.getFileName().toString().split("\\.", -1);
        DomainEvent event = JSON.read(
                parts[0] + "." + parts[1], Integer.parseInt(parts[2]), EventJson.object(Files.readString(file)));
        assertThat(JSON.typeOf(event.getClass()).name()).isEqualTo(parts[0] + "." + parts[1]);
        assertThat(event.aggregateId()).isNotNull();
        assertThat(event.at()).isNotNull();
    }

    private static String pretty(ObjectNode json) {
        return EventJson.STORED.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json) + "\n";
    }
}
