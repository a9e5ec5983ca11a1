package io.tillstream.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.command.access.Accesses;
import io.tillstream.command.product.Products;
import io.tillstream.command.user.Users;
import io.tillstream.store.EventLog;
import io.tillstream.store.WritableStore;
import io.tillstream.store.verify.DerivedRowsCheck;
import io.tillstream.store.verify.Found;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** What {@code ./tillstream verify} says of derived rows and snapshots: nothing of right ones, and a line of each wrong one. */
class DerivedRowsCheckTest {
    private static ConfigurableApplicationContext service;
    private static WritableStore store;
    private static Products products;
    private static Accesses accesses;
    private static Users users;

    @BeforeAll
    static void start() {
        service = CommandServices.start();
        store = service.getBean(WritableStore.class);
        products = new Products(service);
        accesses = new Accesses(service);
        users = new Users(service);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static List<String> differences() throws SQLException {
        return Found.by(new DerivedRowsCheck(
                        service.getBean("reader", DataSource.class), service.getBean(EventLog.class), store.sealing()))
                .differences();
    }

    @Test
    void findsNothingWhileFourWrite() throws Exception {
        AtomicBoolean writing = new AtomicBoolean(true);
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                String prefix = "busy-" + writer + "-";
                writers.add(pool.submit(() -> {
                    UUID user = users.register(prefix + "@example.com");
                    for (int i = 0; writing.get(); i++) {
                        UUID product = products.create(prefix + i);
                        products.update(product, "{\"slug\": \"" + prefix + i + "-renamed\"}");
                        if (i % 3 == 0) products.delete(product);
                        else accesses.revoke(user, accesses.grant(user, product, 30));
                    }
                    users.erase(user);
                }));
            }
            try {
                for (int i = 0; i < 5; i++) assertThat(differences()).isEmpty();
            } finally {
                writing.set(false);
            }
            for (Future<?> writer : writers) writer.get();
        }
        assertThat(differences()).isEmpty();
    }

    @Test
    void namesEachRowThatTheEventsDoNotSay() throws Exception {
        UUID user = users.register("grace@example.com");
        UUID product = products.create("verified");
        UUID other = products.create("another");
        UUID access = accesses.grant(user, product, 30);
        UUID key = UUID.fromString(text("select id::text from credentials limit 1"));
        for (int i = 0; i < 101; i++) products.update(product, "{\"price\": " + (3_000 + i) + "}");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !text("select count(*)::text from snapshots where aggregate_id = '" + product + "'")
                        .equals("0"));
        assertThat(differences()).isEmpty();

        tampered(
                "delete from claims where name = 'verified'",
                "insert into claims values ('live', 'product.slug', 'verified', '" + product + "')",
                "claims: product " + product + " lacks [live, product.slug, verified]");
        tampered(
                "insert into claims values ('live', 'product.slug', 'squatted', '" + product + "')",
                "delete from claims where name = 'squatted'",
                "claims: product " + product + " has [live, product.slug, squatted], which its events don't say");
        tampered(
                "update claims set concept = 'user.mail' where aggregate_id = '" + user + "'",
                "update claims set concept = 'user.email' where aggregate_id = '" + user + "'",
                "claims: user " + user + " lacks [live, user.email, ",
                "claims: user " + user + " has [live, user.mail, ");
        tampered(
                "insert into aggregate_references values ('" + access + "', 'access.product', '" + other + "', 'live')",
                "delete from aggregate_references where target = '" + other + "'",
                "aggregate_references: access " + access + " has [live, access.product, " + other + "]");
        tampered(
                "update due_times set due_at = due_at + interval '1 millisecond'",
                "update due_times set due_at = due_at - interval '1 millisecond'",
                "due_times: access " + access + " lacks [live, access, ",
                "due_times: access " + access + " has [live, access, ");
        tampered(
                "update credentials set scopes = array_append(scopes, 'shop:own') where id = '" + key + "'",
                "update credentials set scopes = array_remove(scopes, 'shop:own') where id = '" + key + "'",
                "credentials: api_key " + key + " lacks [",
                "credentials: api_key " + key + " has [");
        tampered(
                "update live_aggregates set erased = true where id = '" + user + "'",
                "update live_aggregates set erased = false where id = '" + user + "'",
                "live_aggregates: user " + user + " lacks [live, user, not erased]",
                "live_aggregates: user " + user + " has [live, user, erased]");
        tampered(
                "update snapshots set payload = replace(payload, 'verified', 'falsified')",
                "update snapshots set payload = replace(payload, 'falsified', 'verified')",
                "snapshots: product " + product + ": the one at sequence ");
        UUID nobody = UUID.randomUUID();
        tampered(
                "insert into live_aggregates values ('" + nobody + "', 'live', 'product')",
                "delete from live_aggregates where id = '" + nobody + "'",
                "live_aggregates: " + nobody + " has a row and no events");
        assertThat(differences()).isEmpty();
    }

    private static void tampered(String sql, String undo, String... lines) throws SQLException {
        assertThat(store.jdbc().sql(sql).update()).as(sql).isPositive();
        List<String> found = differences();
        assertThat(found).as(sql).hasSize(lines.length);
        for (String line : lines) assertThat(found).anyMatch(difference -> difference.startsWith(line));
        store.jdbc().sql(undo).update();
    }

    private static String text(String sql) {
        return store.jdbc().sql(sql).query(String.class).single();
    }
}
