package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tillstream.command.CommandService;
import io.tillstream.embedded.Ports;
import io.tillstream.embedded.Servers;
import io.tillstream.query.QueryService;
import io.tillstream.standalone.Client.Answered;
import io.tillstream.webhook.WebhookDispatcher;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The three services as three processes on real servers: a write, a read and a key's revocation cross them. */
class ThreeServicesTest {
    private static final String KEY = "sf_live_" + "00112233445566778899aabbccddeeff".repeat(2);
    private static final String EMAIL = "owner@example.com";
    private static final String PASSWORD = "a-long-enough-password";

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    @Timeout(300)
    void workAsOneShop() throws Exception {
        int writes = Ports.free();
        int reads = Ports.free();
        int webhooks = Ports.free();
        try (RunningProcess command = service(CommandService.class, writes);
                RunningProcess query = service(QueryService.class, reads);
                RunningProcess dispatcher = service(WebhookDispatcher.class, webhooks)) {
            command.awaitReady(health(writes));
            query.awaitReady(health(reads));
            dispatcher.awaitReady(health(webhooks));

            String product = writeAndRead(writes, reads, KEY);
            String session = signIn(writes);
            String[] made = createKey(writes, session);
            assertThat(new Client(base(reads), made[1])
                            .get("/api/v1/products/" + product)
                            .status())
                    .isEqualTo(200);

            HttpResponse<String> revoked = http.send(
                    asAdmin(writes, "/api/v1/api-keys/" + made[0], session)
                            .method("DELETE", BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
            assertThat(revoked.statusCode()).isEqualTo(200);
            awaitRefused(new Client(base(reads), made[1]), product);
            awaitRefused(new Client(base(writes), made[1]), product);

            for (int port : new int[] {writes, reads, webhooks}) {
                assertThat(new Client(base(port), KEY)
                                .get("/api/v1/openapi.json")
                                .status())
                        .isEqualTo(200);
            }
        }
    }

    private static String writeAndRead(int writes, int reads, String key) throws Exception {
        Answered made = new Client(base(writes), key)
                .post("/api/v1/products", "{\"name\": \"Across\", \"slug\": \"across\", \"price\": 100}");
        assertThat(made.status()).isEqualTo(201);
        String id = made.data().path("id").asString();
        Answered read = new Client(base(reads), key).fresh("/api/v1/products/" + id); // sees its own write
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.data().path("slug").asString()).isEqualTo("across");
        return id;
    }

    private void awaitRefused(Client client, String product) throws Exception {
        Instant promised = Instant.now().plusSeconds(10); // a second is promised; the machine may be busy
        while (Instant.now().isBefore(promised)) {
            if (client.get("/api/v1/products/" + product).status() == 401) return;
        }
        fail("A revoked key still works");
    }

    private String signIn(int port) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(base(port) + "/api/auth/login"))
                        .header("Origin", base(port))
                        .POST(BodyPublishers.ofString(
                                "{\"email\": \"" + EMAIL + "\", \"password\": \"" + PASSWORD + "\"}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
    }

    private String[] createKey(int port, String session) throws Exception {
        HttpResponse<String> answer = http.send(
                asAdmin(port, "/api/v1/api-keys", session)
                        .POST(BodyPublishers.ofString("{\"name\": \"CI\", \"scopes\": [\"products:read\"]}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(201);
        var data = tools.jackson.databind.json.JsonMapper.shared()
                .readTree(answer.body())
                .path("data");
        return new String[] {data.path("id").asString(), data.path("key").asString()};
    }

    private static HttpRequest.Builder asAdmin(int port, String path, String session) {
        return HttpRequest.newBuilder(URI.create(base(port) + path))
                .timeout(Duration.ofSeconds(30))
                .header("Cookie", session)
                .header("Origin", base(port));
    }

    private RunningProcess service(Class<?> main, int port) throws Exception {
        Servers servers = Servers.temporary();
        Map<String, String> environment = new HashMap<>();
        environment.put("SERVER_PORT", Integer.toString(port));
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        environment.put("TILLSTREAM_POSTGRES_URL", database());
        environment.put("TILLSTREAM_POSTGRES_USER", servers.postgres().user());
        environment.put("TILLSTREAM_POSTGRES_PASSWORD", servers.postgres().password());
        environment.put("TILLSTREAM_POSTGRES_READER_PASSWORD", "reader");
        environment.put("TILLSTREAM_POSTGRES_WEBHOOKS_PASSWORD", "webhooks");
        environment.put("TILLSTREAM_KAFKA_BOOTSTRAP", servers.kafka().bootstrap());
        environment.put("TILLSTREAM_MONGODB_URI", servers.mongo().uri());
        environment.put("TILLSTREAM_REDIS_URI", servers.redis().uri());
        environment.put("TILLSTREAM_MASTER_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        environment.put("TILLSTREAM_API_KEY", KEY);
        environment.put("TILLSTREAM_ADMIN_EMAIL", EMAIL);
        environment.put("TILLSTREAM_ADMIN_PASSWORD", PASSWORD);
        return RunningProcess.start(folder.resolve(main.getSimpleName() + ".log"), main, environment);
    }

    private @org.jspecify.annotations.Nullable String database;

    private String database() {
        String known = database;
        if (known == null) database = known = Servers.temporary().postgres().newDatabase();
        return known;
    }

    private static URI health(int port) {
        return URI.create(base(port) + "/actuator/health");
    }

    private static String base(int port) {
        return "http://127.0.0.1:" + port;
    }
}
