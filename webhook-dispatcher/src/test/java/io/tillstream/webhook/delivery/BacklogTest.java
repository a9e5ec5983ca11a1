package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;

import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Thousands of deliveries wait for a receiver that takes them. */
class BacklogTest {
    private static final int WAITING = 6_000;

    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop();

    private final Receiver receiver = shop.receiver();

    @Test
    void eachIsSentOnceAndTheQueueIsCleared() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        receiver.awaitReceived(1);
        // PostgreSQL's own would have the dispatcher skip its vacuum
        shop.asOwner()
                .sql("alter table webhooks.queue set (autovacuum_enabled = false)")
                .update();
        webhook.pileUp(WAITING);
        await().until(() -> shop.count("deliveries where status = 'success'") == WAITING + 1);
        assertThat(receiver.numbers()).hasSize(WAITING + 1).doesNotHaveDuplicates();
        assertThat(shop.count("queue")).isZero();
        assertThat(shop.count("all_attempts")).isEqualTo(WAITING + 1);
        assertThat(shop.count("attempts")).as("for what the deliveries say").isZero();
        await().until(() -> shop.jdbc()
                        .sql("select vacuum_count from pg_stat_all_tables where relid = 'queue'::regclass")
                        .query(Long.class)
                        .single()
                > 0);
    }

    /** What made every claim take a quarter of a second on a server with PostgreSQL's own settings. */
    @Test
    void plansAreNotCompiled() {
        JdbcClient sending = JdbcClient.create(shop.bean("webhookSending", DataSource.class));
        assertThat(sending.sql("show jit").query(String.class).single()).isEqualTo("off");
    }
}
