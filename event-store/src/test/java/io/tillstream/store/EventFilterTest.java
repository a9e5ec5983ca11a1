package io.tillstream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.store.EventFilter.Malformed;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventFilterTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type           | ''",
                "type           | product",
                "type           | product.created,",
                "type           | Product.created",
                "type           | product.**",
                "type           | *",
                "type           | product.*.x",
                "aggregate_type | ''",
                "aggregate_type | Product",
                "aggregate_type | product.created",
                "aggregate_id   | ''",
                "aggregate_id   | 17",
                "aggregate_id   | 0199c0de-0000-7000-8000-00000000000g",
                "actor          | ''",
                "actor          | somebody",
                "actor          | api_key:17",
                "actor          | system:",
                "actor          | 'system:a b'",
                "request_id     | ''",
                "request_id     | 'a b'",
                "request_id     | ümlaut",
                "correlation_id | ''",
                "from           | yesterday",
                "from           | 2026-03-06",
                "from           | 2026-03-06T09:29:43",
                "from           | ''",
                "to             | 2026-02-30T00:00:00Z",
                "to             | 99999-01-01T00:00:00Z",
            })
    void namesWhatIsMalformed(String name, String value) {
        assertThatThrownBy(() -> EventFilter.of(Set.of(), Map.of(name, value)::get))
                .isInstanceOfSatisfying(
                        Malformed.class,
                        malformed -> assertThat(malformed.name()).isEqualTo(name));
    }

    @Test
    void takesWhatTheContractNames() {
        Map<String, String> given = Map.of(
                "type", "product.*, user.registered,product.created",
                "aggregate_type", "api_key",
                "aggregate_id", "0199C0DE-0000-7000-8000-000000000001",
                "actor", "stripe:evt_1",
                "request_id", "x".repeat(128),
                "correlation_id", "~",
                "from", "2026-03-06T10:29:43.3781+01:00",
                "to", "2026-03-06T09:29:43.379Z");
        EventFilter filter = EventFilter.of(Set.of(), given::get);
        assertThat(filter.types()).containsExactlyInAnyOrder("product.*", "user.registered");
        assertThat(filter.aggregateId()).isEqualTo("0199c0de-0000-7000-8000-000000000001");
        // the event of .378 was before, the one of .379 is the first that may come
        assertThat(filter.from()).isEqualTo("2026-03-06T09:29:43.379Z");
        assertThat(filter.to()).isEqualTo("2026-03-06T09:29:43.379Z");
    }

    @Test
    void boundsTheNumberOfTypesAndTheOrderOfTimes() {
        String many = IntStream.rangeClosed(1, 51)
                .mapToObj(n -> "t.e" + "x".repeat(n))
                .collect(Collectors.joining(","));
        assertThatThrownBy(() -> EventFilter.of(Set.of(), Map.of("type", many)::get))
                .hasMessageContaining("at most 50");
        assertThatThrownBy(() -> EventFilter.of(
                        Set.of(), Map.of("from", "2026-03-06T00:00:01Z", "to", "2026-03-06T00:00:00Z")::get))
                .hasMessage("Invalid to: must not be before from");
    }
}
