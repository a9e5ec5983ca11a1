package io.tillstream.webhook.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import io.tillstream.webhook.delivery.Receiver.Received;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** What a merchant has set or asked for, as the receiver sees it. */
class SentAsAskedTest {
    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop();

    private final Receiver receiver = shop.receiver();

    @Test
    void isATestOfAnEventThatNobodyKnows() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        Reply tested = webhook.post("/test", "{'event_type': 'My.Own event'}");
        assertThat(tested.data().toString()).isEqualTo("{\"success\":true,\"http_status\":200,\"error\":null}");
        Received received = receiver.received().getFirst();
        assertThat(received.header("x-sellf-event")).isEqualTo("My.Own event");
        assertThat(received.json().path("event").asString()).isEqualTo("My.Own event");
        assertThat(received.json().at("/data/message").asString()).isEqualTo("This is a test of your webhook");
        assertThat(received.json().at("/data/system").isObject()).isTrue();
        assertThat(webhook.newest().path("event_type").asString()).isEqualTo("My.Own event");
    }

    @Test
    void isATestWithHeadersFieldsAndSelection() {
        ShopWebhook webhook = shop.toldOfProducts(
                receiver,
                "'custom_headers': {'X-Token': 'mine'}",
                "'custom_payload_fields': {'greeting': 'Hello {{ email }}'}",
                "'payload_field_selection': ['product']");
        webhook.post("/test", "{'event_type': 'access.granted'}");
        webhook.post("/test", "{'event_type': 'nothing.known'}");
        assertThat(receiver.received())
                .hasSize(2)
                .allMatch(one -> one.header("x-token").equals("mine"));
        JsonNode known = receiver.received().getFirst().json();
        assertThat(known.path("data").propertyNames()).containsExactly("product");
        assertThat(known.path("greeting").asString()).isEqualTo("Hello ada@example.com");
        JsonNode unknown = receiver.received().get(1).json();
        assertThat(unknown.path("data").isEmpty()).isTrue();
        assertThat(unknown.path("greeting").asString()).isEqualTo("Hello ");
    }

    @Test
    void areTheUrlsCredentials() {
        shop.webhook(receiver.url().replace("//", "//ada:s%20cret@"), "'events': ['product.created']");
        shop.product();
        assertThat(receiver.awaitReceived(1).getFirst().header("authorization"))
                .isEqualTo("Basic " + Base64.getEncoder().encodeToString("ada:s cret".getBytes(UTF_8)));
    }

    @Test
    void isAnAuthorizationBeforeTheUrlsCredentials() {
        shop.webhook(
                receiver.url().replace("//", "//ada:secret@"),
                "'events': ['product.created']",
                "'custom_headers': {'authorization': 'Bearer mine'}");
        shop.product();
        assertThat(receiver.awaitReceived(1).getFirst().header("authorization")).isEqualTo("Bearer mine");
    }

    @Test
    void isNoSecretBeforeTheLastButOne() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        String second =
                webhook.post("/rotate-secret", "{'grace_period_hours': 24}").text("secret");
        String third =
                webhook.post("/rotate-secret", "{'grace_period_hours': 1}").text("secret");
        shop.product();
        Received received = receiver.awaitReceived(1).getFirst();
        assertThat(received.header("webhook-signature").split(" ", -1)).hasSize(2);
        received.assertSignedWith(second);
        received.assertSignedWith(third);
        assertThatThrownBy(() -> received.verify(webhook.secret())).isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void isWhoGrantedAnAccess() {
        shop.webhook(receiver.url(), "'events': ['access.granted']");
        for (boolean admin : List.of(true, false)) {
            String user = shop.user();
            String path = "/api/v1/users/" + user + "/access";
            String body = "{'product_id': '%s'}".formatted(shop.product());
            Reply granted = admin ? shop.postAsAdmin(path, body) : shop.post(path, body);
            assertThat(granted.status()).isEqualTo(201);
        }
        receiver.awaitReceived(2);
        assertThat(receiver.received().stream()
                        .collect(Collectors.toMap(
                                Received::number,
                                one -> one.json().at("/data/access/source").asString())))
                .isEqualTo(Map.of(1L, "admin", 2L, "api"));
    }
}
