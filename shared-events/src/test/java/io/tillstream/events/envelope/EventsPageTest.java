package io.tillstream.events.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.Concept.EventType;
import io.tillstream.events.Concepts;
import io.tillstream.events.DomainEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The tables of {@code docs/events.md} name every event, its revision, and every field of its payload. */
class EventsPageTest {
    private static final Path PAGE = Path.of("../docs/events.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([a-z_]+\\.[a-z_]+)` (\\d+) \\| (.*) \\|$");
    private static final Pattern FIELD = Pattern.compile("`([a-z_]+)`");
    private static final EventJson JSON = new EventJson(Concepts.ALL, List.of());

    /** Said of values in the tables, and no fields. */
    private static final Set<String> VALUES = Set.of("null", "live", "test");

    @Test
    void namesEveryFieldOfEveryEvent() throws IOException {
        Map<String, Set<String>> documented = new LinkedHashMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (!row.matches()) continue;
            Set<String> fields = new TreeSet<>();
            Matcher field = FIELD.matcher(row.group(3));
            while (field.find()) if (!VALUES.contains(field.group(1))) fields.add(field.group(1));
            documented.put(row.group(1) + " " + row.group(2), fields);
        }
        Map<String, Set<String>> written = new LinkedHashMap<>();
        for (DomainEvent sample : Samples.ALL) {
            EventType type = JSON.typeOf(sample.getClass());
            written.computeIfAbsent(type.name() + " " + type.revision(), key -> new TreeSet<>())
                    .addAll(JSON.write(sample).propertyNames());
        }
        assertThat(documented).containsExactlyInAnyOrderEntriesOf(written);
    }
}
