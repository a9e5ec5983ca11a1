package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.embedded.Servers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The dispatcher's schema in another database than the store's. */
class ElsewhereTest {
    private static final String URL = Servers.temporary().postgres().newDatabase();
    private static final JdbcClient ELSEWHERE = prepared(URL);

    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop("tillstream.webhook.postgres-url=" + URL);

    private final Receiver receiver = shop.receiver();

    /** As an operator does it: the role, and an empty schema of its own. */
    private static JdbcClient prepared(String url) {
        Servers servers = Servers.temporary();
        JdbcClient owner = JdbcClient.create(new DriverManagerDataSource(
                url, servers.postgres().user(), servers.postgres().password()));
        owner.sql("do $$ begin"
                        + " if not exists (select from pg_roles where rolname = 'tillstream_webhooks') then"
                        + " create role tillstream_webhooks login password 'webhooks'; end if; end $$")
                .update();
        owner.sql("create schema webhooks authorization tillstream_webhooks").update();
        return owner;
    }

    @Test
    void hasAllOfADeliveryAndTheStoreNothing() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        receiver.awaitReceived(1);
        await().until(() -> status(webhook, 1).equals("success"));
        assertThat(ELSEWHERE
                        .sql("select count(*) from webhooks.all_attempts")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        assertThat(shop.asOwner()
                        .sql("select count(*) from pg_tables where schemaname = 'webhooks'")
                        .query(Long.class)
                        .single())
                .isZero();

        // a suspension is asked for in the store, and what is held then is held there
        receiver.behave(Receiver.answering(410, "gone"));
        shop.product();
        webhook.awaitSuspended();
        shop.product();
        await().until(() -> status(webhook, 3).equals("held"));
        receiver.behave(Receiver.answering(200, "back"));
        webhook.patch("{'is_active': true}");
        await().until(() -> status(webhook, 3).equals("success"));
        assertThat(receiver.numbers()).containsExactly(1L, 2L, 3L);
    }

    private String status(ShopWebhook webhook, long number) {
        return ELSEWHERE
                .sql("select status from webhooks.deliveries where endpoint_id = :id and number = :number")
                .param("id", webhook.uuid())
                .param("number", number)
                .query(String.class)
                .optional()
                .orElse("");
    }
}
