package io.tillstream.webhook.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.tillstream.events.Concept;
import io.tillstream.events.Concepts;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.product.ProductEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class CatalogueTest {
    static List<Catalogue.Entry> entries() {
        return Catalogue.all();
    }

    /** What a body says against the schema of its event. */
    static List<String> wrong(ObjectNode schema, JsonNode body) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema)
                .validate(body)
                .stream()
                .map(Object::toString)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void hasASampleThatMatchesItsSchema(Catalogue.Entry entry) {
        assertThat(wrong(entry.schema(), entry.example())).isEmpty();
        ObjectNode without = entry.example();
        without.remove("data");
        assertThat(wrong(entry.schema(), without)).isNotEmpty();
        assertThat(entry.description()).isNotBlank();
    }

    @Test
    void saysWhatFires() {
        assertThat(Catalogue.all())
                .filteredOn(Catalogue.Entry::fires)
                .extracting(entry -> entry.name().wire())
                .containsExactly(
                        "access.granted",
                        "access.extended",
                        "access.revoked",
                        "access.expired",
                        "product.created",
                        "product.updated",
                        "product.deleted");
    }

    /** A new concept is to be published or withheld on purpose: then it is added here, or to {@link PublicEvents}. */
    @Test
    void knowsEveryConcept() {
        List<String> withheld = List.of("category", "tag", "user", "api_key", "admin", "webhook");
        for (Concept<?, ?> concept : Concepts.ALL) {
            Class<? extends DomainEvent> events = concept.eventType();
            boolean told = events == ProductEvent.class || events == AccessEvent.class;
            assertThat(told || withheld.contains(concept.name()))
                    .as("whether receivers are told of " + concept.name())
                    .isTrue();
        }
    }
}
