package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Thousands of deliveries wait for a receiver that takes them. */
class BacklogTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int WAITING = 6_000;

    private final DispatcherShop shop = new DispatcherShop();
    private final Receiver receiver = new Receiver();

    @AfterEach
    void close() {
        receiver.close();
        shop.close();
    }

    @Test
    void eachIsSentOnceAndTheQueueIsCleared() {
        Reply webhook = shop.webhook(receiver.url(), "'events': ['product.created']");
        shop.product();
        await().atMost(LONG).until(() -> receiver.received().size() == 1);
        shop.pileUp(webhook.id(), WAITING);
        await().atMost(LONG).until(() -> count("deliveries where status = 'success'") == WAITING + 1);
        assertThat(receiver.received().stream().map(one -> one.header("X-Tillstream-Sequence")))
                .hasSize(WAITING + 1)
                .doesNotHaveDuplicates();
        assertThat(count("queue")).isZero();
        assertThat(count("attempts")).isEqualTo(WAITING + 1);
        // by the dispatcher: PostgreSQL itself comes by once a minute, which is another counter
        await().atMost(LONG)
                .until(() -> shop.jdbc()
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

    private long count(String what) {
        return shop.jdbc().sql("select count(*) from " + what).query(Long.class).single();
    }
}
