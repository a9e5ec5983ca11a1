package io.tillstream.command.webhook;

import static io.tillstream.command.spec.Shop.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.spec.Shop;
import io.tillstream.command.spec.Shop.Reply;
import io.tillstream.store.WritableStore;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class WebhookEndpointsTest {
    private static final String PATH = "/api/v1/webhooks";
    private static final Shop SHOP = Shop.open();
    private static final Shop.Client CLIENT = SHOP.testKey();

    @Test
    void needACredentialWithTheScope() {
        assertThat(SHOP.nobody().post(PATH, "{}").outcome()).isEqualTo("401 UNAUTHORIZED");
        assertThat(SHOP.keyWith("webhooks:read").post(PATH, "{}").outcome()).isEqualTo("403 FORBIDDEN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'events': ['*']}",
                "{'url': 'https://93.184.216.34/'}",
                "{'url': 'https://93.184.216.34/', 'events': []}",
                "{'url': 'https://93.184.216.34/', 'events': 'access.granted'}",
                "{'url': 'https://93.184.216.34/', 'events': ['user.created']}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'is_active': 'yes'}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'product_filter_mode': null}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'product_filter_mode': 'some'}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'product_filter_mode': 'selected'}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'product_filter_mode': 'selected', 'product_ids': []}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'custom_headers': {'Host': 'x'}}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'custom_headers': {'X-A': 'a\\nb'}}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'custom_headers': {'X-A': 'a', 'x-a': 'b'}}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'custom_headers': {'X A': 'a'}}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'payload_field_selection': 'customer'}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'strict_order': null}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'rate_limit': 5}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'rate_limit': {'deliveries': 5}}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'rate_limit': {'deliveries': 5, 'per': 'hour'}}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'rate_limit': {'deliveries': 0, 'per': 'second'}}",
                "{'url': 'https://93.184.216.34/', 'events': ['*'], 'rate_limit': {'deliveries': 1001, 'per': 'minute'}}"
            })
    void refuseABadField(String body) {
        assertThat(CLIENT.post(PATH, body).outcome()).isEqualTo("400 VALIDATION_ERROR");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.1/",
                "https://localhost/",
                "https://10.0.0.1/",
                "https://[::1]/",
                "https://169.254.169.254/",
                "nowhere"
            })
    void refuseAUrlThatLeadsInside(String url) {
        Reply reply = CLIENT.post(PATH, "{'url': '%s', 'events': ['*']}".formatted(url));
        assertThat(reply.outcome()).isEqualTo("400 VALIDATION_ERROR");
        assertThat(reply.message()).contains("URL");
        assertThat(reply.detail("url")).contains("URL");
        Reply plain = CLIENT.post(PATH, "{'url': 'http://example.com', 'events': ['*']}");
        assertThat(plain.message()).contains("HTTPS").contains("URL");
    }

    @Test
    void acceptANameThatDoesNotResolve() {
        String id = create("{'url': 'https://%s.invalid/', 'events': ['*']}".formatted(unique("nowhere")))
                .id();
        assertThat(CLIENT.delete(PATH + "/" + id).outcome()).isEqualTo("204");
    }

    @Test
    void showTheSecretOnceAndKeepItSealed() {
        Reply created = create("{'url': 'https://93.184.216.34/hooks', 'events': ['access.*', 'access.*']}");
        String secret = created.data().path("secret").asString();
        assertThat(secret).startsWith("whsec_");
        assertThat(Base64.getDecoder().decode(secret.substring("whsec_".length())))
                .hasSize(32);
        assertThat(created.data().path("events").toString()).isEqualTo("[\"access.*\"]");
        assertThat(created.data().path("is_active").asBoolean()).isTrue();
        assertThat(created.data().path("product_filter_mode").asString()).isEqualTo("all");

        Reply patched = CLIENT.patch(PATH + "/" + created.id(), "{'description': 'Mine'}");
        assertThat(patched.outcome()).isEqualTo("200");
        String masked = patched.data().path("secret").asString();
        assertThat(masked).isEqualTo("whsec_…" + secret.substring(secret.length() - 4));
        assertThat(everythingStored(created.id())).noneMatch(text -> text.contains(secret));
    }

    @Test
    void haveARateAndAnOrderIfAskedFor() {
        Reply plain = create("{'url': 'https://93.184.216.34/hooks', 'events': ['*']}");
        assertThat(plain.data().path("rate_limit").isNull()).isTrue();
        assertThat(plain.data().path("strict_order").asBoolean(true)).isFalse();
        String path = PATH + "/" + plain.id();
        Reply paced = CLIENT.patch(path, "{'rate_limit': {'deliveries': 90, 'per': 'minute'}, 'strict_order': true}");
        assertThat(paced.data().path("rate_limit").toString()).isEqualTo("{\"deliveries\":90,\"per\":\"minute\"}");
        Reply kept = CLIENT.patch(path, "{'description': 'Mine'}");
        assertThat(kept.data().at("/rate_limit/per").asString()).isEqualTo("minute");
        assertThat(kept.data().path("strict_order").asBoolean()).isTrue();
        Reply free = CLIENT.patch(path, "{'rate_limit': null, 'strict_order': false}");
        assertThat(free.data().path("rate_limit").isNull()).isTrue();
        assertThat(free.data().path("strict_order").asBoolean(true)).isFalse();
        assertThat(create("{'url': 'https://93.184.216.34/', 'events': ['*'], 'strict_order': true,"
                                + " 'rate_limit': {'deliveries': 1, 'per': 'second'}}")
                        .data()
                        .path("strict_order")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void rotateTheSecretWithGrace() {
        Reply created = create("{'url': 'https://93.184.216.34/hooks', 'events': ['*']}");
        Reply rotated = CLIENT.post(PATH + "/" + created.id() + "/rotate-secret", "{'grace_period_hours': 2}");
        assertThat(rotated.outcome()).isEqualTo("201");
        assertThat(rotated.data().path("secret").asString())
                .startsWith("whsec_")
                .isNotEqualTo(created.data().path("secret").asString());
        assertThat(rotated.data().path("previous_secret_until").isNull()).isFalse();
        assertThat(secretsOf(created.id())).hasSize(2);
        assertThat(CLIENT.post(PATH + "/" + created.id() + "/rotate-secret", "{'grace_period_hours': 0}")
                        .data()
                        .path("previous_secret_until")
                        .isNull())
                .isTrue();
        assertThat(secretsOf(created.id())).hasSize(1);
        assertThat(CLIENT.post(PATH + "/" + created.id() + "/rotate-secret", "{'grace_period_hours': 169}")
                        .outcome())
                .isEqualTo("400 VALIDATION_ERROR");
        assertThat(CLIENT.post(PATH + "/" + UUID.randomUUID() + "/rotate-secret", "")
                        .outcome())
                .isEqualTo("404 NOT_FOUND");
    }

    @Test
    void keepHeaderValuesSealedAndClearThem() {
        Reply created = create("{'url': 'https://93.184.216.34/hooks', 'events': ['*'],"
                + " 'custom_headers': {'X-Token': 'very-secret-value'}}");
        assertThat(created.data().path("has_custom_headers").asBoolean()).isTrue();
        assertThat(created.data().path("custom_header_names").toString()).isEqualTo("[\"X-Token\"]");
        assertThat(everythingStored(created.id())).noneMatch(text -> text.contains("very-secret-value"));
        assertThat(secretsOf(created.id())).hasSize(2);
        Reply cleared = CLIENT.patch(PATH + "/" + created.id(), "{'custom_headers': {}}");
        assertThat(cleared.data().path("has_custom_headers").asBoolean()).isFalse();
        assertThat(secretsOf(created.id())).hasSize(1);
    }

    @Test
    void changeWhatIsSentAndNothingElse() {
        Reply created = create("{'url': 'https://93.184.216.34/hooks', 'events': ['*'], 'description': 'Mine',"
                + " 'custom_payload_fields': {'a': {'b': [1, '{{ email }}', null]}}, 'payload_field_selection': []}");
        assertThat(created.data().at("/custom_payload_fields/a/b/1").asString()).isEqualTo("{{ email }}");
        assertThat(created.data().path("payload_field_selection").toString()).isEqualTo("[]");
        String path = PATH + "/" + created.id();
        assertThat(CLIENT.patch(path, "{}").http().headers().firstValue("ETag")).contains("\"0\"");
        Reply changed = CLIENT.patch(
                path, "{'url': 'https://93.184.216.34/other', 'custom_payload_fields': null, 'is_active': false}");
        assertThat(changed.data().path("url").asString()).endsWith("/other");
        assertThat(changed.data().path("description").asString()).isEqualTo("Mine");
        assertThat(changed.data().path("custom_payload_fields").isNull()).isTrue();
        assertThat(changed.data().path("payload_field_selection").toString()).isEqualTo("[]");
        assertThat(changed.data().path("is_active").asBoolean()).isFalse();
        assertThat(CLIENT.patch(path, "{'description': ''}")
                        .data()
                        .path("description")
                        .isNull())
                .isTrue();
        assertThat(CLIENT.patch(path, "{'url': 'https://10.0.0.1'}").outcome()).isEqualTo("400 VALIDATION_ERROR");
        assertThat(CLIENT.patch(path, "{'product_ids': ['%s']}".formatted(UUID.randomUUID()))
                        .outcome())
                .isEqualTo("400 VALIDATION_ERROR");
    }

    @Test
    void chooseProductsThatExist() {
        String product = SHOP.aProduct(true);
        Shop.Client live = SHOP.operator();
        String body = "{'url': 'https://93.184.216.34/', 'events': ['*'], 'product_filter_mode': 'selected',"
                + " 'product_ids': ['%s', '%s']}";
        Reply unknown = live.post(PATH, body.formatted(product, UUID.randomUUID()));
        assertThat(unknown.outcome()).isEqualTo("400 VALIDATION_ERROR");
        assertThat(unknown.detail("product_ids")).contains("product_ids");
        Reply created = live.post(PATH, body.formatted(product, product));
        assertThat(created.data().path("product_ids").size()).isEqualTo(1);
        Reply all = live.patch(PATH + "/" + created.id(), "{'product_filter_mode': 'all'}");
        assertThat(all.data().path("product_ids").isEmpty()).isTrue();
        Reply same = live.patch(PATH + "/" + created.id(), "{'product_filter_mode': 'all', 'product_ids': []}");
        assertThat(same.outcome()).as("what is shown can be sent back").isEqualTo("200");
        assertThat(live.delete(PATH + "/" + created.id()).outcome()).isEqualTo("204");
        assertThat(live.delete("/api/v1/products/" + product).outcome()).isEqualTo("204");
    }

    @Test
    void forgetSecretsWhenDeleted() {
        Reply created = create(
                "{'url': 'https://93.184.216.34/hooks', 'events': ['*'], 'custom_headers': {'X-Token': 'value'}}");
        assertThat(CLIENT.delete(PATH + "/" + created.id()).outcome()).isEqualTo("204");
        assertThat(secretsOf(created.id())).isEmpty();
        assertThat(CLIENT.delete(PATH + "/" + created.id()).outcome()).isEqualTo("404 NOT_FOUND");
        assertThat(CLIENT.patch(PATH + "/" + created.id(), "{}").outcome()).isEqualTo("404 NOT_FOUND");
    }

    @Test
    void haveAQuotaPerModeThatHoldsUnderRaces() {
        Shop.Client other = SHOP.admin().with("X-Tillstream-Mode", "test");
        String body = "{'url': 'https://93.184.216.34/quota', 'events': ['*']}";
        List<Reply> replies = Stream.generate(() -> other)
                .limit(60)
                .parallel()
                .map(client -> client.post(PATH, body))
                .toList();
        assertThat(replies).extracting(Reply::outcome).containsOnly("201", "409 CONFLICT");
        long there = SHOP.bean(WritableStore.class)
                .jdbc()
                .sql("select count(*) from live_aggregates where aggregate_type = 'webhook' and mode = 'test'")
                .query(Long.class)
                .single();
        assertThat(there).isEqualTo(WebhookRules.MOST);
        replies.stream()
                .filter(reply -> reply.status() == 201)
                .forEach(reply -> CLIENT.delete(PATH + "/" + reply.id()));
    }

    @Test
    void keepModesApart() {
        String id = create("{'url': 'https://93.184.216.34/hooks', 'events': ['*']}")
                .id();
        assertThat(SHOP.operator()
                        .patch(PATH + "/" + id, "{'description': 'Mine'}")
                        .outcome())
                .isEqualTo("404 NOT_FOUND");
    }

    private static Reply create(String body) {
        Reply created = CLIENT.post(PATH, body);
        assertThat(created.outcome()).isEqualTo("201");
        return created;
    }

    private static List<String> everythingStored(String id) {
        return SHOP.bean(WritableStore.class)
                .jdbc()
                .sql("select metadata || payload from events where aggregate_id = :id")
                .param("id", id)
                .query((rs, n) -> String.valueOf(rs.getString(1)))
                .list();
    }

    /** The rows of its secrets that are there. */
    private static List<UUID> secretsOf(String id) {
        List<UUID> named = SHOP.bean(WritableStore.class).log().history(UUID.fromString(id)).stream()
                .flatMap(envelope -> ids(io.tillstream.events.envelope.EventJson.STORED.valueToTree(envelope.event())))
                .toList();
        return SHOP.bean(WritableStore.class)
                .jdbc()
                .sql("select id from dispatcher_secrets where id = any(:ids)")
                .param("ids", named.toArray(UUID[]::new))
                .query((rs, n) -> UUID.fromString(rs.getString(1)))
                .list();
    }

    private static Stream<UUID> ids(JsonNode event) {
        return Stream.of(event.at("/secret/id"), event.path("headers_id"))
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .map(UUID::fromString);
    }
}
