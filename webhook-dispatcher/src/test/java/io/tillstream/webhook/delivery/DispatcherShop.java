package io.tillstream.webhook.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.command.CommandServiceConfiguration;
import io.tillstream.command.admin.FirstStart;
import io.tillstream.embedded.Servers;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.store.MovableClock;
import io.tillstream.store.WritableStore;
import io.tillstream.webhook.WebhookDispatcher;
import io.tillstream.webhook.WebhookDispatcherConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * The write side and a dispatcher, behind HTTP, on a database of their own; more dispatchers may join. A class registers
 * one for all its tests: each leaves it without webhooks and receivers, and it ends with the class.
 */
final class DispatcherShop implements AfterEachCallback, AfterAllCallback, AutoCloseable {
    @Configuration
    @EnableAutoConfiguration
    @Import({CommandServiceConfiguration.class, WebhookDispatcherConfiguration.class})
    static class WritesAndDeliveries {
        @Bean
        @Primary
        MovableClock movableClock() {
            return new MovableClock();
        }
    }

    /** An answer. */
    record Reply(int status, JsonNode json) {
        JsonNode data() {
            return json.path("data");
        }

        String id() {
            return data().path("id").asString();
        }

        String text(String field) {
            return data().path(field).asString();
        }
    }

    /** Of new products, each with a slug of its own. */
    static final String PRODUCT = "{'name': 'Brushes', 'slug': 'p-%s', 'price': 2900}";

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final String database = Servers.temporary().postgres().newDatabase();
    private final List<ConfigurableApplicationContext> running = new ArrayList<>();
    private final List<Receiver> receivers = new ArrayList<>();
    private final String topic = "events-" + UUID.randomUUID();
    private final FirstStart.Made made;
    private final String key;
    private ConfigurableApplicationContext context;
    private String base;

    DispatcherShop(String... settings) {
        context = start(WritesAndDeliveries.class, settings);
        base = base(context);
        made = context.getBean(FirstStart.class).made().orElseThrow();
        key = made.generatedKey() + "";
    }

    /** For what comes about by itself. */
    static ConditionFactory await() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20));
    }

    private static String base(ConfigurableApplicationContext of) {
        return "http://127.0.0.1:" + of.getEnvironment().getProperty("local.server.port");
    }

    /** Ends the shop, does something meanwhile, and starts it again with other settings. */
    void restart(Runnable meanwhile, String... settings) {
        context.close();
        running.remove(context);
        meanwhile.run();
        context = start(WritesAndDeliveries.class, settings);
        base = base(context);
    }

    /** The dispatcher's tables and the store's, as their server's owner; also while the shop is down. */
    JdbcClient asOwner() {
        Servers servers = Servers.temporary();
        return JdbcClient.create(new DriverManagerDataSource(
                database, servers.postgres().user(), servers.postgres().password()));
    }

    MovableClock clock() {
        return context.getBean(MovableClock.class);
    }

    /** One more dispatcher by itself. */
    ConfigurableApplicationContext anotherDispatcher(String... settings) {
        return start(WebhookDispatcher.class, settings);
    }

    private ConfigurableApplicationContext start(Class<?> configuration, String... settings) {
        Servers servers = Servers.temporary();
        ConfigurableApplicationContext started = new SpringApplicationBuilder(configuration)
                .web(WebApplicationType.REACTIVE)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "spring.threads.virtual.enabled=true",
                        "logging.level.root=warn",
                        "tillstream.postgres.url=" + database,
                        "tillstream.postgres.user=" + servers.postgres().user(),
                        "tillstream.postgres.password=" + servers.postgres().password(),
                        "tillstream.postgres.reader-password=reader",
                        "tillstream.postgres.webhooks-password=webhooks",
                        "tillstream.kafka.bootstrap=" + servers.kafka().bootstrap(),
                        "tillstream.topic=" + topic,
                        "tillstream.redis.uri=" + servers.redis().uri(),
                        "tillstream.master-key=" + Base64.getEncoder().encodeToString(new byte[32]),
                        "tillstream.webhook.allow=127.0.0.0/8",
                        "tillstream.webhook.timeout=5s")
                .properties(settings)
                .run();
        running.add(started);
        await().until(started.getBean(Dispatching.class)::ready);
        return started;
    }

    String base() {
        return base;
    }

    /** The operator's. */
    String key() {
        return key;
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    /** The dispatcher's own tables. */
    JdbcClient jdbc() {
        return JdbcClient.create(context.getBean("webhooks", DataSource.class));
    }

    /** What happens meanwhile is taken in afterwards, in as few runs as can be. */
    void whileNothingIsTakenIn(Runnable meanwhile) {
        whileLocked("select position from taken_in", meanwhile);
    }

    /** Meanwhile nobody else can change these rows of the dispatcher's tables. */
    void whileLocked(String rows, Runnable meanwhile) {
        var webhooks = context.getBean("webhooks", DataSource.class);
        new TransactionTemplate(new JdbcTransactionManager(webhooks)).executeWithoutResult(status -> {
            var _ = jdbc().sql(rows + " for update").query().listOfRows();
            meanwhile.run();
        });
    }

    /** Meanwhile a writer holds a position that it may still use. */
    void whileAPositionIsHeld(Runnable meanwhile) {
        whileOpen(
                "writer",
                "select pg_current_xact_id(), nextval(pg_get_serial_sequence('events', 'position'))",
                meanwhile);
    }

    /** Meanwhile a transaction stands open that nobody here takes part in. */
    void whileOpen(String dataSource, String statement, Runnable meanwhile) {
        try (Connection holder = bean(dataSource, DataSource.class).getConnection();
                Statement held = holder.createStatement()) {
            holder.setAutoCommit(false);
            held.execute(statement);
            meanwhile.run();
            holder.rollback();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** A position that no event has, because its transaction never came to an end. */
    void losePosition() {
        bean(WritableStore.class)
                .jdbc()
                .sql("select nextval(pg_get_serial_sequence('events', 'position'))")
                .query(Long.class)
                .single();
    }

    /** An answer that says that it doesn't show yet what was written is no answer, unless nothing is taken in at all. */
    Reply get(String path) {
        HttpRequest request = request("GET", path, null);
        HttpResponse<byte[]> http = answer(request);
        if (stale(http) && bean(Dispatching.class).trouble() == null)
            http = await().until(() -> answer(request), again -> !stale(again));
        return reply(http);
    }

    private static boolean stale(HttpResponse<byte[]> http) {
        return http.headers().firstValue("X-Tillstream-Stale").isPresent();
    }

    Reply post(String path, String body) {
        return send("POST", path, body);
    }

    /** Gets with another key than the operator's. */
    Reply getWith(String otherKey, String path) {
        return reply(answer(request(otherKey, "GET", path, null)));
    }

    /** Posts with another key than the operator's. */
    Reply postWith(String otherKey, String path, String body) {
        return reply(answer(request(otherKey, "POST", path, body)));
    }

    /** Posts with an idempotency key; tells whether the answer is the first one again. */
    Repeatable postOnce(String path, String body, String idempotencyKey) {
        HttpResponse<byte[]> http = answer(HttpRequest.newBuilder(URI.create(base + path))
                .header("X-API-Key", key)
                .header("Idempotency-Key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                .build());
        return new Repeatable(
                reply(http), http.headers().firstValue("Idempotent-Replayed").isPresent());
    }

    /** An answer that may have been given before. */
    record Repeatable(Reply reply, boolean replayed) {}

    Reply patch(String path, String body) {
        return send("PATCH", path, body);
    }

    /** Posts with a session of the first admin. */
    Reply postAsAdmin(String path, String body) {
        HttpResponse<byte[]> login = answer(HttpRequest.newBuilder(URI.create(base + "/api/auth/login"))
                .header("Origin", base)
                .POST(HttpRequest.BodyPublishers.ofString("{\"email\": \"%s\", \"password\": \"%s\"}"
                        .formatted(made.adminEmail(), made.generatedPassword())))
                .build());
        String cookie = login.headers().firstValue("Set-Cookie").orElseThrow();
        return reply(answer(HttpRequest.newBuilder(URI.create(base + path))
                .header("Origin", base)
                .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                .build()));
    }

    Reply delete(String path) {
        return send("DELETE", path, null);
    }

    /** Sends a body with single quotes for double ones, as the operator. */
    private Reply send(String method, String path, @Nullable String body) {
        return reply(answer(request(method, path, body)));
    }

    private HttpRequest request(String method, String path, @Nullable String body) {
        return request(key, method, path, body);
    }

    private HttpRequest request(String by, String method, String path, @Nullable String body) {
        HttpRequest.BodyPublisher publisher = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'));
        return HttpRequest.newBuilder(URI.create(base + path))
                .header("X-API-Key", by)
                .method(method, publisher)
                .build();
    }

    private static Reply reply(HttpResponse<byte[]> http) {
        return new Reply(
                http.statusCode(),
                http.body().length == 0
                        ? MissingNode.getInstance()
                        : EventJson.STORED.readTree(new String(http.body(), UTF_8)));
    }

    private static HttpResponse<byte[]> answer(HttpRequest request) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A new webhook that is told of everything unless {@code more} says otherwise, and that the dispatcher knows. */
    ShopWebhook webhook(String url, String... more) {
        String further = more.length == 0 ? "'events': ['*']" : String.join(", ", more);
        Reply made = post("/api/v1/webhooks", "{'url': '%s', %s}".formatted(url, further));
        if (made.status() != 201) throw new AssertionError(made.toString());
        ShopWebhook webhook = new ShopWebhook(this, made);
        Reply shown = get(webhook.path());
        if (shown.status() != 200) throw new AssertionError(shown.toString());
        return webhook;
    }

    /** One that is told of new products alone. */
    ShopWebhook toldOfProducts(Receiver receiver, String... more) {
        return webhook(receiver.url(), joined("'events': ['product.created']", more));
    }

    private static String joined(String first, String... more) {
        return more.length == 0 ? first : first + ", " + String.join(", ", more);
    }

    /** Until the end of the test. */
    Receiver receiver() {
        Receiver receiver = new Receiver();
        receivers.add(receiver);
        return receiver;
    }

    String product() {
        return newProduct().id();
    }

    Reply newProduct() {
        return post("/api/v1/products", PRODUCT.formatted(UUID.randomUUID()));
    }

    List<String> products(int count) {
        return Stream.generate(this::product).limit(count).toList();
    }

    String user() {
        return user("ada-%s@example.com".formatted(UUID.randomUUID()));
    }

    String user(String email) {
        return post("/api/v1/users", "{'email': '%s'}".formatted(email)).id();
    }

    Reply grant(String user, String product, String... more) {
        String access = joined("'product_id': '%s'".formatted(product), more);
        return post("/api/v1/users/%s/access".formatted(user), "{%s}".formatted(access));
    }

    /** How many rows of a table of the dispatcher's. */
    long count(String of) {
        return jdbc().sql("select count(*) from " + of).query(Long.class).single();
    }

    /** Of webhooks that the dispatcher knows to be deleted, as many as aren't removed. */
    long deletedLogs() {
        return count("endpoints where deleted and not log_removed");
    }

    /** So that the next test's events are nobody's but its own, and the log and the queue too. */
    @Override
    public void afterEach(ExtensionContext test) {
        Dispatching dispatching = bean(Dispatching.class);
        if (!dispatching.isRunning()) dispatching.start();
        for (JsonNode webhook : webhooks())
            delete("/api/v1/webhooks/" + webhook.path("id").asString());
        closeReceivers();
        await().until(() -> webhooks().isEmpty());
        await().until(() -> !bean(DeletedLogs.class).removeSome() && deletedLogs() == 0);
    }

    private JsonNode webhooks() {
        Reply shown = get("/api/v1/webhooks?limit=100");
        if (shown.status() != 200) throw new AssertionError(shown.toString());
        return shown.data();
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        close();
    }

    @Override
    public void close() {
        closeReceivers();
        running.reversed().forEach(ConfigurableApplicationContext::close);
    }

    private void closeReceivers() {
        receivers.forEach(Receiver::close);
        receivers.clear();
    }
}
