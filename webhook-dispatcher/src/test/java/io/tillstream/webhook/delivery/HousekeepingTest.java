package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a dispatcher tidies while it runs. */
class HousekeepingTest {
    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop("tillstream.webhook.retention=1d");

    private final Receiver receiver = shop.receiver();

    @Test
    void dropsEachHourTheDaysThatTheRetentionHasPassedFor() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        awaitLog(webhook, 1);
        shop.clock().advance(Duration.ofDays(3));
        shop.product();
        awaitLog(webhook, 2);
        await().until(() -> shop.count("all_attempts") == 1);
        shop.clock().advance(Duration.ofDays(3));
        awaitLog(webhook);
    }

    /** As a backup does it. */
    @Test
    void makesAndDropsDaysWhileSomebodyReadsAllOfThem() throws SQLException {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        awaitLog(webhook, 1);
        try (Connection reader = shop.bean("webhooks", DataSource.class).getConnection();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("lock table deliveries, attempts in access share mode");
            shop.clock().advance(Duration.ofDays(4));
            shop.product();
            awaitLog(webhook, 2, 1);
            shop.clock().advance(Duration.ofDays(4));
            shop.product();
            awaitLog(webhook, 3, 2, 1);
            assertThat(shop.bean(Dispatching.class).trouble()).isNull();
            reader.rollback();
        }
        shop.clock().advance(Duration.ofHours(2));
        awaitLog(webhook, 3);
    }

    @Test
    void makesADayOnceHoweverManyWantIt() {
        Instant later = shop.clock().instant().plus(Duration.ofDays(100));
        List<CompletableFuture<Void>> all = IntStream.range(0, 8)
                .mapToObj(each -> new DeliveryConfiguration().partitions(shop.bean("webhooks", DataSource.class)))
                .map(partitions -> CompletableFuture.runAsync(() -> partitions.make(later)))
                .toList();
        all.forEach(CompletableFuture::join);
        String day = DateTimeFormatter.BASIC_ISO_DATE.format(
                later.atOffset(ZoneOffset.UTC).toLocalDate());
        assertThat(shop.count("deliveries_" + day)).isZero();
        assertThat(shop.count("attempts_" + day)).isZero();
    }

    /** The sequences that are kept and delivered. */
    private static void awaitLog(ShopWebhook webhook, Integer... sequences) {
        await().until(() -> webhook.logs("success").stream()
                .map(one -> one.path("sequence").asInt())
                .toList()
                .equals(List.of(sequences)));
    }
}
