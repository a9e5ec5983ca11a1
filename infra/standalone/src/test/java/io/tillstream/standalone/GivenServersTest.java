package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.EmbeddedServer;
import io.tillstream.embedded.KafkaServer;
import io.tillstream.embedded.MongoServer;
import io.tillstream.embedded.Ports;
import io.tillstream.embedded.PostgresServer;
import io.tillstream.embedded.RedisServer;
import io.tillstream.embedded.Servers;
import io.tillstream.events.envelope.Envelope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A shop on servers that are not its own. */
class GivenServersTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String READY = "Ctrl-C stops it";
    private static final String MASTER_KEY = Base64.getEncoder().encodeToString(new byte[32]);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    @Test
    void runsOnThemAndIsFoundThereByAnotherDataFolderWithTheSameMasterKey() throws Exception {
        // of its own: roles belong to a whole PostgreSQL, and a read store and a topic to one event store
        Path own = Servers.temporary().newFolder();
        PostgresServer postgres = PostgresServer.start(own.resolve("postgres"), 0);
        KafkaServer kafka = KafkaServer.start(own.resolve("kafka"), 0);
        MongoServer mongo = MongoServer.start(own.resolve("mongo"), 0);
        RedisServer redis = RedisServer.start(own.resolve("redis"), 0);
        try {
            runsOn(List.of(
                    "--postgres-url",
                    new PostgresAddress(postgres.url(), postgres.user(), postgres.password()).uri(),
                    "--kafka",
                    kafka.bootstrap(),
                    "--mongodb-uri",
                    mongo.uri(),
                    "--redis-uri",
                    redis.uri()));
            assertThat(postgres.running()).isTrue();
            assertThat(redis.running()).isTrue();
        } finally {
            Stream.of(kafka, mongo, redis, postgres).forEach(EmbeddedServer::stop);
        }
    }

    private void runsOn(List<String> given) throws Exception {
        String made;
        Path first = folder.resolve("first");
        int port = Ports.free();
        try (RunningProcess shop = up(first, port, MASTER_KEY, given)) {
            shop.awaitSaying(READY);
            try (ApiClient client = client(first, port)) {
                made = client.post("/products", Map.of("name", "A product", "slug", "elsewhere", "price", 1900))
                        .id();
                await().atMost(LONG).until(() -> client.get("/products/" + made).done());
            }
            assertThat(first.resolve("postgres")).doesNotExist();
            assertThat(first.resolve("kafka")).doesNotExist();
            assertThat(first.resolve("mongodb")).doesNotExist();
            assertThat(first.resolve("redis")).doesNotExist();
            assertThatItsStoresAreReadFromOutside(first, made);
            assertThat(shop.stop()).isZero();
        }

        Path wrong = folder.resolve("wrong");
        try (RunningProcess shop = up(wrong, Ports.free(), otherKey(), given)) {
            assertThat(shop.awaitEnd()).isEqualTo(1);
            assertThat(shop.said().lines().filter(line -> line.startsWith("tillstream: ")))
                    .singleElement()
                    .asString()
                    .endsWith("TILLSTREAM_MASTER_KEY is not the master key that this store was made with");
            assertThat(shop.said()).doesNotContain("\tat ");
        }

        Path second = folder.resolve("second");
        try (RunningProcess shop = up(second, port, MASTER_KEY, given)) {
            shop.awaitSaying(READY);
            assertThat(shop.said()).contains("password unchanged");
            try (ApiClient client = client(second, port)) {
                await().atMost(LONG).until(() -> client.get("/products/" + made).done());
            }
            assertThat(shop.stop()).isZero();
        }
    }

    private static void assertThatItsStoresAreReadFromOutside(Path data, String made) {
        assertThatNoStoreIsReadWith(data, otherKey(), "is not the one of the shop");
        assertThatNoStoreIsReadWith(data, "a key", "is not base64");
        Arguments none = Arguments.of(List.of(), Set.of(), Map.of("TILLSTREAM_MASTER_KEY", MASTER_KEY));
        try (Stores stores = RunningShop.on(data).stores(none)) {
            List<Envelope> all = stores.events().tailFrom(0).next(1_000);
            assertThat(all).extracting(event -> event.aggregateId().toString()).contains(made);
            assertThat(stores.mongodb().listCollectionNames()).contains("checkpoints");
        }
    }

    private static void assertThatNoStoreIsReadWith(Path data, String masterKey, String wrong) {
        Arguments given = Arguments.of(List.of(), Set.of(), Map.of("TILLSTREAM_MASTER_KEY", masterKey));
        assertThatThrownBy(() -> RunningShop.on(data).stores(given))
                .isInstanceOf(CannotGoOn.class)
                .hasMessage("The shop's store doesn't open: TILLSTREAM_MASTER_KEY " + wrong);
    }

    private RunningProcess up(Path data, int port, String masterKey, List<String> given) throws Exception {
        Files.createDirectories(folder);
        String[] arguments = Stream.concat(
                        Stream.of("up", "--data", data.toString(), "--port", Integer.toString(port)), given.stream())
                .toArray(String[]::new);
        return RunningProcess.start(
                folder.resolve(data.getFileName() + ".out"),
                Tillstream.class,
                Map.of("TILLSTREAM_MASTER_KEY", masterKey),
                arguments);
    }

    private static String otherKey() {
        byte[] other = new byte[32];
        other[0] = 1;
        return Base64.getEncoder().encodeToString(other);
    }

    private static ApiClient client(Path data, int port) throws Exception {
        return new ApiClient(
                "http://localhost:" + port,
                Files.readString(data.resolve("api-key")).strip());
    }
}
