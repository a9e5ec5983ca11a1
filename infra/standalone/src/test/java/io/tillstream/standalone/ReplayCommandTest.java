package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.Ports;
import io.tillstream.query.ReadModels;
import io.tillstream.query.platform.Replay;
import io.tillstream.query.platform.Replays;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./tillstream replay} on a running shop, and on one that is killed meanwhile. */
class ReplayCommandTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String READY = "Ctrl-C stops it";

    /** Their replay takes far longer than it takes to start the command that ends it. */
    private static final int PRODUCTS = 20_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    private int runs;

    @Test
    @Timeout(600)
    void buildsReadModelsAnewWhileTheShopRuns() throws Exception {
        Path data = folder.resolve("data");
        int port = Ports.free();
        RunningProcess shop = up(data, port);
        shop.awaitSaying(READY);
        assertThat(finished(data, "replay", "products").said())
                .contains(
                        "No read model is called products; there are access, api_key, category, customer, product, tag")
                .contains("Usage: ./tillstream replay");
        String damaged;
        List<Replay> interrupted;
        try (ApiClient client = client(data, port)) {
            damaged = client.post("/products", Map.of("name", "A product", "slug", "a-product", "price", 1900))
                    .id();
            copy(data, damaged);
            try (Stores stores = stores(data)) {
                Document it = new Document("_id", damaged);
                var products = stores.mongodb().getCollection("product_v1");
                await().atMost(LONG).until(() -> products.deleteOne(it).getDeletedCount() == 1);
            }
            assertThat(client.get("/products/" + damaged).status()).isEqualTo(404);

            RunningProcess left = cli(data, "replay", "product");
            left.awaitSaying(" events");
            assertThat(left.stop()).isNotZero();
            assertThat(left.said()).contains("The shop goes on with it");
            assertThat(client.get("/products/" + damaged).status()).isEqualTo(404);

            RunningProcess aborting = finished(data, "replay", "--abort");
            assertThat(aborting.said()).contains("product  aborted");
            assertThat(finished(data, "replay", "--abort").said()).contains("No replay is on its way.");

            RunningProcess watching = cli(data, "replay", "product", "tag");
            watching.awaitSaying(" events");
            interrupted = read(data, Replays::active);
            assertThat(interrupted).extracting(Replay::collection).contains("product_v1_2");
            assertThat(interrupted).extracting(Replay::projection).containsExactlyInAnyOrder("product", "tag");
            shop.kill();
            assertThat(watching.awaitEnd()).isEqualTo(1);
            assertThat(watching.said()).contains("its replays go on when it is started again");
        }
        try (RunningProcess again = up(data, port);
                ApiClient client = client(data, port)) {
            again.awaitSaying(READY);
            for (Replay one : interrupted)
                await().atMost(LONG)
                        .until(() -> read(data, replays -> replays.find(one.id()))
                                .orElseThrow()
                                .done());
            RunningProcess another = finished(data, "replay", "product", "tag");
            assertThat(another.awaitEnd()).as(another.said()).isZero();
            assertThat(another.said())
                    .containsPattern("product  done: 20,0\\d\\d events, now read from product_v1_3")
                    .contains("tag      done: ");
            assertThat(client.get("/products/" + damaged).status()).isEqualTo(200);
            assertThat(again.stop()).isZero();
        }
    }

    private static Stores stores(Path data) throws Exception {
        return RunningShop.on(data).stores(Arguments.of(List.of(), Set.of(), Map.of()));
    }

    private static <T> T read(Path data, Function<Replays, T> question) throws Exception {
        try (Stores stores = stores(data);
                ReadModels models = stores.readModels()) {
            return question.apply(models.replays());
        }
    }

    private static void copy(Path data, String product) throws Exception {
        Properties ports = new Properties();
        try (var file = Files.newBufferedReader(data.resolve("ports"))) {
            ports.load(file);
        }
        Copies.of(
                product,
                PRODUCTS,
                "jdbc:postgresql://127.0.0.1:" + ports.getProperty("postgres") + "/tillstream",
                "tillstream",
                Files.readString(data.resolve("postgres/password")).strip());
    }

    private RunningProcess up(Path data, int port) throws Exception {
        return cli(data, "up", "--port", Integer.toString(port));
    }

    private RunningProcess cli(Path data, String... arguments) throws Exception {
        String[] all = java.util.stream.Stream.concat(
                        java.util.Arrays.stream(arguments), java.util.stream.Stream.of("--data", data.toString()))
                .toArray(String[]::new);
        return RunningProcess.of(folder.resolve("said-" + runs++), all);
    }

    private RunningProcess finished(Path data, String... arguments) throws Exception {
        RunningProcess process = cli(data, arguments);
        process.awaitEnd();
        return process;
    }

    private static ApiClient client(Path data, int port) throws Exception {
        return new ApiClient(
                "http://localhost:" + port,
                Files.readString(data.resolve("api-key")).strip());
    }
}
