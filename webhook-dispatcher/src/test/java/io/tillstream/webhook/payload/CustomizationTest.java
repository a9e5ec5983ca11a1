package io.tillstream.webhook.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.WebhookDetails;
import io.tillstream.events.webhook.WebhookEventName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class CustomizationTest {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

    @Test
    void leavesABodyAsItIs() {
        ObjectNode body = body("{'customer': {'email': 'ada@example.com'}}", null, null);
        assertThat(body.toString())
                .isEqualTo("{\"event\":\"purchase.completed\",\"timestamp\":\"2026-03-01T10:00:00.000Z\","
                        + "\"data\":{\"customer\":{\"email\":\"ada@example.com\"}}}");
    }

    @Test
    void keepsTheSelectedKeysOnly() {
        String data = "{'customer': 1, 'product': 2}";
        assertThat(body(data, null, List.of("product", "unknown")).path("data").toString())
                .isEqualTo("{\"product\":2}");
        assertThat(body(data, null, List.of()).path("data").toString()).isEqualTo("{}");
    }

    @ParameterizedTest
    @CsvSource({
        "{{ email }},               ada@example.com",
        "{{first_name}} {{last_name}}, Ada Lovelace",
        "{{ amount }},              2900",
        "{{ amount_major }},        29.00",
        "{{ currency }},            usd",
        "{{ product_name }},        Brushes",
        "{{ order_id }},            pi_1",
        "{{ custom_company }},      Acme $1",
        "a{{ unknown }}b,           ab",
        "{{ not-one }},             {{ not-one }}"
    })
    void fillsPlaceholders(String text, String filled) {
        String data = "{'customer': {'email': 'ada@example.com', 'firstName': 'Ada', 'lastName': 'Lovelace'},"
                + " 'product': {'name': 'Brushes', 'slug': 'b'},"
                + " 'order': {'amount': 2900, 'currency': 'usd', 'paymentIntentId': 'pi_1', 'sessionId': 'cs_1'},"
                + " 'customFields': [{'id': 'company', 'value': 'Acme $1'}]}";
        ObjectNode body = body(data, Map.of("extra", Map.of("list", List.of(text, 7))), null);
        assertThat(body.at("/extra/list/0").asString()).isEqualTo(filled);
        assertThat(body.at("/extra/list/1").asInt()).isEqualTo(7);
    }

    @Test
    void knowsCurrenciesWithoutMinorUnits() {
        ObjectNode body = body(
                "{'order': {'amount': 2900, 'currency': 'jpy'}}", Map.of("x", "{{ amount_major }}{{ email }}"), null);
        assertThat(body.path("x").asString()).isEqualTo("2900");
    }

    @Test
    void letsExtraFieldsWin() {
        ObjectNode body = body("{}", Map.of("event", "mine"), null);
        assertThat(body.path("event").asString()).isEqualTo("mine");
    }

    @Test
    void isRedactedToWhatHappenedAndIds() {
        ObjectNode data = Catalogue.of(WebhookEventName.ACCESS_GRANTED).sample();
        ObjectNode body = Customization.body("access.granted", AT, data, details(Map.of("who", "{{ email }}"), null));
        assertThat(body.toString()).contains("ada@example.com");
        String redacted = Redaction.of("access.granted", body.toString());
        assertThat(redacted)
                .doesNotContain("ada@example.com")
                .contains("\"email\":null")
                .contains("access.granted");
        assertThat(EventJson.STORED.readTree(redacted).at("/data/access/id").isMissingNode())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(WebhookEventName.class)
    void isRedactedOfEachEvent(WebhookEventName name) {
        ObjectNode body = Catalogue.of(name).example();
        JsonNode redacted = EventJson.STORED.readTree(Redaction.of(name.wire(), body.toString()));
        assertThat(redacted.toString())
                .doesNotContain(
                        "ada@", "Ada", "Lovelace", "Analytical Engines", "Musterstra", "DE123456789", "header.payload");
        assertThat(redacted.path("timestamp")).isEqualTo(body.path("timestamp"));
        for (String path : List.of("/product/id", "/product/price", "/access/id", "/order/amount", "/customer/userId"))
            assertThat(redacted.at("/data" + path))
                    .hasToString(body.at("/data" + path).toString());
    }

    @Test
    void isRedactedWhereOwnFieldsWonToo() {
        ObjectNode data = Catalogue.of(WebhookEventName.ACCESS_GRANTED).sample();
        for (Object own : List.of(
                "{{ email }}",
                Map.of("text", "{{ email }} got {{ product_name }}"),
                Map.of("customer", "{{ email }}", "product", List.of("{{ email }}")),
                Map.of("product", Map.of("id", "{{ email }}", "name", "{{ email }}", "price", "{{ email }}")),
                Map.of("customer", Map.of("email", "{{ email }}", "mail", "{{ email }}")))) {
            Map<String, @Nullable Object> extra =
                    Map.of("event", "{{ email }}", "timestamp", "{{ email }}", "data", own);
            ObjectNode body = Customization.body("access.granted", AT, data, details(extra, null));
            assertThat(body.toString()).contains("ada@example.com");
            assertThat(Redaction.of("access.granted", body.toString()))
                    .startsWith("{\"event\":\"access.granted\",\"data\":{")
                    .doesNotContain("ada@");
        }
        assertThat(Redaction.of("x", "{\"event\":\"y\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"data\":{\"id\":1}}"))
                .isEqualTo("{\"event\":\"x\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"data\":{}}");
    }

    private static ObjectNode body(
            String data, @Nullable Map<String, @Nullable Object> extra, @Nullable List<String> selection) {
        return Customization.body(
                "purchase.completed", AT, EventJson.object(data.replace('\'', '"')), details(extra, selection));
    }

    private static WebhookDetails details(
            @Nullable Map<String, @Nullable Object> extra, @Nullable List<String> selection) {
        return new WebhookDetails(
                "https://example.com", List.of("*"), null, "all", List.of(), extra, selection, null, null);
    }
}
