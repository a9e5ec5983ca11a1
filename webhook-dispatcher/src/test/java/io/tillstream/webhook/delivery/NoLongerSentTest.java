package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** What a person has stopped: deliveries that wait, are held or are under way. */
class NoLongerSentTest {
    @RegisterExtension
    private static final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=1h,1h", "tillstream.webhook.timeout=20s");

    private final Receiver receiver = shop.receiver();

    @Test
    void isWhatWaitsForAWebhookThatIsDeleted() {
        receiver.behave(Receiver.answering(503, "later"));
        ShopWebhook webhook = shop.toldOfProducts(receiver, "'strict_order': true");
        shop.products(3);
        awaitStatuses(webhook, "pending", "pending", "pending_retry"); // the newest first
        shop.delete(webhook.path());
        awaitStatuses(webhook);
        receiver.behave(Receiver.answering(200, "ok"));
        shop.clock().advance(Duration.ofHours(2));
        awaitThatOthersAreSentTo();
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void isWhatIsHeldForAWebhookThatIsDeleted() {
        ShopWebhook webhook = suspended();
        shop.products(2);
        awaitStatuses(webhook, "held", "held", "permanently_failed");
        shop.delete(webhook.path());
        awaitStatuses(webhook);
        awaitThatOthersAreSentTo();
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void isNoneThatAReceiverTakesAlthoughItIsCanceled() {
        ShopWebhook webhook = underWay(200);
        cancel(webhook);
        receiver.mayAnswer();
        JsonNode log = webhook.awaitStatus("success");
        assertThat(log.path("http_status").asInt()).isEqualTo(200);
        assertThat(log.path("error_message").isNull()).isTrue();
        assertThat(log.path("failed_permanently_at").isNull()).isTrue();
        assertThat(webhook.queued()).isZero();
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void isWhatFailsAfterItIsCanceled() {
        ShopWebhook webhook = underWay(500);
        cancel(webhook);
        receiver.mayAnswer();
        JsonNode log = awaitAttempt(webhook);
        assertThat(log.path("status").asString()).isEqualTo("permanently_failed");
        assertThat(log.path("error_message").asString()).isEqualTo("Canceled");
        assertThat(log.path("http_status").asInt()).isEqualTo(500);
        assertThat(log.path("next_retry_at").isNull()).isTrue();
        assertThat(webhook.queued()).isZero();
        shop.clock().advance(Duration.ofHours(2));
        shop.product(); // what is due by then goes first
        receiver.awaitReceived(2);
        assertThat(receiver.numbers()).containsExactly(1L, 2L);
    }

    @Test
    void isWhatWasStartedOverForASuspendedWebhookAndCanceled() {
        ShopWebhook webhook = suspended();
        String log = ShopWebhook.path(webhook.awaitStatus("permanently_failed"));
        assertThat(shop.post(log + "/replay", "").status()).isEqualTo(200);
        webhook.awaitStatus("held");
        cancel(webhook);
        receiver.behave(Receiver.answering(200, "back"));
        webhook.patch("{'is_active': true}");
        shop.product();
        awaitStatuses(webhook, "success", "permanently_failed");
        assertThat(shop.get(log).text("error_message")).isEqualTo("Canceled");
        assertThat(webhook.queued()).isZero();
        assertThat(receiver.numbers()).containsExactly(1L, 2L);
    }

    private ShopWebhook underWay(int answer) {
        receiver.answerLate(answer, "");
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        receiver.awaitReceived(1);
        return webhook;
    }

    /** Gone, as it says of its first delivery. */
    private ShopWebhook suspended() {
        receiver.behave(Receiver.answering(410, "gone"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitSuspended();
        return webhook;
    }

    private void cancel(ShopWebhook webhook) {
        String log = ShopWebhook.path(webhook.newest());
        assertThat(shop.post(log + "/cancel", "").status()).isEqualTo(200);
        assertThat(shop.get(log).text("status")).isEqualTo("permanently_failed");
    }

    /** What is due by now has had its turn then. */
    private void awaitThatOthersAreSentTo() {
        Receiver other = shop.receiver();
        shop.toldOfProducts(other);
        shop.product();
        other.awaitReceived(1);
    }

    private void awaitStatuses(ShopWebhook webhook, String... statuses) {
        await().until(() -> webhook.logs().stream()
                .map(log -> log.path("status").asString())
                .toList()
                .equals(List.of(statuses)));
    }

    private static JsonNode awaitAttempt(ShopWebhook webhook) {
        return await().until(webhook::newest, log -> log.path("attempt_count").asInt() == 1);
    }
}
