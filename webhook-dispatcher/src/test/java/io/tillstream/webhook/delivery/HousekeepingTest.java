package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
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
    void makesDaysWhileSomebodyReadsAllOfThemAndDropsThemAfterwards() {
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        awaitLog(webhook, 1);
        Partitions partitions = shop.bean(Partitions.class);
        shop.whileOpen("webhooks", "lock table deliveries, attempts in access share mode", () -> {
            shop.clock().advance(Duration.ofDays(4));
            shop.product();
            awaitLog(webhook, 2, 1);
            assertThat(partitions.dropBefore(shop.clock().instant())).isZero();
            assertThat(shop.bean(Dispatching.class).trouble()).isNull();
            awaitLog(webhook, 2, 1);
        });
        int _ = partitions.dropBefore(shop.clock().instant().minus(Duration.ofDays(2))); // unless it is done already
        awaitLog(webhook, 2);
    }

    @Test
    void keepsWhatIsQueuedAsLongAsItsDay() {
        receiver.behave(Receiver.answering(503, "later"));
        ShopWebhook webhook = shop.toldOfProducts(receiver);
        shop.product();
        webhook.awaitStatus("pending_retry");
        shop.bean(Dispatching.class).stop();
        Partitions partitions = shop.bean(Partitions.class);
        shop.clock().advance(Duration.ofDays(2));
        Instant later = shop.clock().instant();
        String queued = "queue where endpoint_id = '%s'".formatted(webhook.id());
        shop.whileOpen("webhooks", "lock table deliveries in access share mode", () -> {
            assertThat(partitions.dropBefore(later)).isZero();
            assertThat(shop.count(queued)).isEqualTo(1);
        });
        assertThat(partitions.dropBefore(later)).isPositive();
        assertThat(shop.count(queued)).isZero();
        assertThat(webhook.logs()).isEmpty();
        shop.bean(Dispatching.class).start();
    }

    @Test
    void makesADayOnceHoweverManyWantIt() {
        Instant later = shop.clock().instant().plus(Duration.ofDays(100));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Void>> all = Stream.generate(this::partitions)
                    .limit(8)
                    .map(partitions -> CompletableFuture.runAsync(() -> partitions.make(later), threads))
                    .toList();
            all.forEach(CompletableFuture::join);
        }
        String day = DateTimeFormatter.BASIC_ISO_DATE.format(
                later.atOffset(ZoneOffset.UTC).toLocalDate());
        assertThat(shop.count("deliveries_" + day)).isZero();
        assertThat(shop.count("attempts_" + day)).isZero();
        // as ANALYZE locks it: who starts beside that needs nothing but that the day is there
        shop.whileOpen(
                "webhooks",
                "lock table only deliveries in share update exclusive mode",
                () -> partitions().make(later));
    }

    private Partitions partitions() {
        return new DeliveryConfiguration().partitions(shop.bean("webhooks", DataSource.class));
    }

    /** The sequences that are kept and delivered. */
    private static void awaitLog(ShopWebhook webhook, Integer... sequences) {
        await().until(() -> webhook.logs("success").stream()
                .map(one -> one.path("sequence").asInt())
                .toList()
                .equals(List.of(sequences)));
    }
}
