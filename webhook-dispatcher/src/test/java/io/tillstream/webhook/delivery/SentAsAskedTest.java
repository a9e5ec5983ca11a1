package io.tillstream.webhook.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import io.tillstream.webhook.delivery.Receiver.Received;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** What a merchant has set or asked for, as the receiver sees it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SentAsAskedTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final DispatcherShop shop = new DispatcherShop();
    private Receiver receiver = new Receiver();

    @AfterEach
    void anotherReceiver() {
        shop.deleteWebhooks();
        receiver.close();
        receiver = new Receiver();
    }

    @AfterAll
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void isATestOfAnEventThatNobodyKnows() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        Reply tested = shop.post("/api/v1/webhooks/" + webhook.id() + "/test", "{'event_type': 'My.Own event'}");
        assertThat(tested.data().toString()).isEqualTo("{\"success\":true,\"http_status\":200,\"error\":null}");
        Received received = receiver.received().getFirst();
        assertThat(received.header("x-sellf-event")).isEqualTo("My.Own event");
        assertThat(json(received).path("event").asString()).isEqualTo("My.Own event");
        assertThat(json(received).at("/data/message").asString()).isEqualTo("This is a test of your webhook");
        assertThat(json(received).at("/data/system").isObject()).isTrue();
        assertThat(shop.get("/api/v1/webhooks/logs?endpoint_id=" + webhook.id())
                        .data()
                        .path(0)
                        .path("event_type")
                        .asString())
                .isEqualTo("My.Own event");
    }

    @Test
    void isATestWithHeadersFieldsAndSelection() {
        Reply webhook = shop.webhook(
                receiver.url(),
                "'events': ['product.created']",
                "'custom_headers': {'X-Token': 'mine'}",
                "'custom_payload_fields': {'greeting': 'Hello {{ email }}'}",
                "'payload_field_selection': ['product']");
        String test = "/api/v1/webhooks/" + webhook.id() + "/test";
        shop.post(test, "{'event_type': 'access.granted'}");
        shop.post(test, "{'event_type': 'nothing.known'}");
        assertThat(receiver.received())
                .hasSize(2)
                .allMatch(one -> one.header("x-token").equals("mine"));
        JsonNode known = json(receiver.received().getFirst());
        assertThat(known.path("data").propertyNames()).containsExactly("product");
        assertThat(known.path("greeting").asString()).isEqualTo("Hello ada@example.com");
        JsonNode unknown = json(receiver.received().get(1));
        assertThat(unknown.path("data").isEmpty()).isTrue();
        assertThat(unknown.path("greeting").asString()).isEqualTo("Hello ");
    }

    @Test
    void areTheUrlsCredentials() {
        shop.webhook(receiver.url().replace("//", "//ada:s%20cret@"), "'events': ['product.created']");
        shop.product();
        assertThat(first().header("authorization"))
                .isEqualTo("Basic " + Base64.getEncoder().encodeToString("ada:s cret".getBytes(UTF_8)));
    }

    @Test
    void isAnAuthorizationBeforeTheUrlsCredentials() {
        shop.webhook(
                receiver.url().replace("//", "//ada:secret@"),
                "'events': ['product.created']",
                "'custom_headers': {'authorization': 'Bearer mine'}");
        shop.product();
        assertThat(first().header("authorization")).isEqualTo("Bearer mine");
    }

    @Test
    void isNoSecretBeforeTheLastButOne() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        String rotate = "/api/v1/webhooks/" + webhook.id() + "/rotate-secret";
        String second = shop.post(rotate, "{'grace_period_hours': 24}").text("secret");
        String third = shop.post(rotate, "{'grace_period_hours': 1}").text("secret");
        shop.product();
        Received received = first();
        assertThat(received.header("webhook-signature").split(" ", -1)).hasSize(2);
        assertThatCode(() -> verify(second, received)).doesNotThrowAnyException();
        assertThatCode(() -> verify(third, received)).doesNotThrowAnyException();
        assertThatThrownBy(() -> verify(webhook.text("secret"), received))
                .isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void isWhoGrantedAnAccess() {
        shop.webhook(receiver.url(), "'events': ['access.granted']");
        for (boolean admin : List.of(true, false)) {
            String user = shop.post("/api/v1/users", "{'email': 'ada-%s@example.com'}".formatted(UUID.randomUUID()))
                    .id();
            String path = "/api/v1/users/" + user + "/access";
            String body = "{'product_id': '%s'}".formatted(shop.product());
            Reply granted = admin ? shop.postAsAdmin(path, body) : shop.post(path, body);
            assertThat(granted.status()).isEqualTo(201);
        }
        await().atMost(LONG).until(() -> receiver.received().size() == 2);
        assertThat(receiver.received().stream()
                        .collect(Collectors.toMap(
                                one -> one.header("x-tillstream-sequence"),
                                one -> json(one).at("/data/access/source").asString())))
                .isEqualTo(Map.of("1", "admin", "2", "api"));
    }

    private Received first() {
        await().atMost(LONG).until(() -> !receiver.received().isEmpty());
        return receiver.received().getFirst();
    }

    private static JsonNode json(Received received) {
        return EventJson.STORED.readTree(received.body());
    }

    private static void verify(String secret, Received received) throws WebhookVerificationException {
        HttpHeaders headers = HttpHeaders.of(
                received.headers().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue()))),
                (name, value) -> true);
        new Webhook(secret).verify(received.body(), headers);
    }
}
