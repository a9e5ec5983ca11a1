package io.tillstream.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookEventNameTest {
    private static final UUID PRODUCT = UUID.randomUUID();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "purchase.completed",
                "payment.completed",
                "payment.refunded",
                "user.access_granted",
                "access.*",
                "payment.*",
                "subscription.*"
            })
    void canBeSubscribedToByNameAliasAndWildcard(String subscription) {
        assertThat(WebhookEventName.subscribable(subscription)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "user.created", "coupon.used", "access", "access.", "acc*", "*.granted", ".*", "a.*.*", "**"
            })
    void cannotBeSubscribedToOtherwise(String subscription) {
        assertThat(WebhookEventName.subscribable(subscription)).isFalse();
    }

    @Test
    void isMeantByItsGroupOnly() {
        assertThat(WebhookEventName.ACCESS_GRANTED.meantBy("access.*")).isTrue();
        assertThat(WebhookEventName.PURCHASE_COMPLETED.meantBy("payment.completed"))
                .isTrue();
        assertThat(WebhookEventName.PRODUCT_CREATED.meantBy("access.*")).isFalse();
    }

    @Test
    void isWantedByThoseWhoChoseItsProduct() {
        WebhookDetails selected = details("selected");
        assertThat(selected.wants(WebhookEventName.ACCESS_GRANTED, List.of(PRODUCT)))
                .isTrue();
        assertThat(selected.wants(WebhookEventName.ACCESS_GRANTED, List.of(UUID.randomUUID())))
                .isFalse();
        assertThat(selected.wants(WebhookEventName.ACCESS_GRANTED, List.of())).isTrue();
        assertThat(selected.wants(WebhookEventName.PRODUCT_CREATED, List.of(PRODUCT)))
                .isFalse();
        assertThat(details("all").wants(WebhookEventName.ACCESS_GRANTED, List.of(UUID.randomUUID())))
                .isTrue();
    }

    private static WebhookDetails details(String mode) {
        return new WebhookDetails(
                "https://example.com", List.of("access.*"), null, mode, List.of(PRODUCT), null, null, null, null);
    }
}
