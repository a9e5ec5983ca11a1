package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.Servers;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The dispatcher's schema in another database than the store's. */
class ElsewhereTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final String url = Servers.temporary().postgres().newDatabase();
    private final JdbcClient elsewhere = prepared(url);
    private final DispatcherShop shop = new DispatcherShop("tillstream.webhook.postgres-url=" + url);
    private final Receiver receiver = new Receiver();

    @AfterEach
    void close() {
        receiver.close();
        shop.close();
    }

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
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        String path = "/api/v1/webhooks/" + webhook.id();
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        await().atMost(LONG).until(() -> status(webhook, 1).equals("success"));
        assertThat(elsewhere
                        .sql("select count(*) from webhooks.attempts")
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
        await().atMost(LONG).until(() -> shop.get(path).text("suspension").contains("410"));
        shop.product();
        await().atMost(LONG).until(() -> status(webhook, 3).equals("held"));
        receiver.behave(Receiver.answering(200, "back"));
        shop.patch(path, "{'is_active': true}");
        await().atMost(LONG).until(() -> status(webhook, 3).equals("success"));
        assertThat(receiver.received())
                .extracting(one -> one.header("x-tillstream-sequence"))
                .containsExactly("1", "2", "3");
    }

    private String status(Reply webhook, long number) {
        return elsewhere
                .sql("select status from webhooks.deliveries where endpoint_id = :id and number = :number")
                .param("id", UUID.fromString(webhook.id()))
                .param("number", number)
                .query(String.class)
                .optional()
                .orElse("");
    }
}
