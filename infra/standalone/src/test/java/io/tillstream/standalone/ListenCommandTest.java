package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.embedded.Ports;
import io.tillstream.embedded.Secret;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./tillstream listen} on a running shop: from a grant to a verified webhook; its address is allowed no longer than it is there. */
class ListenCommandTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    private int runs;

    @Test
    @Timeout(300)
    void receivesVerifiedWebhooksAndLeavesNothingBehind() throws Exception {
        Path data = folder.resolve("data");
        int port = Ports.free();
        try (RunningProcess shop = cli(data, "up", "--port", Integer.toString(port))) {
            shop.awaitSaying("Ctrl-C stops it");
            try (ApiClient api = new ApiClient(
                    "http://localhost:" + port,
                    Files.readString(data.resolve("api-key")).strip())) {
                verifiesWhatComes(data, api);
                isRefusedWhenItCannotWork(data, api);
                leavesNothingWhenKilled(data, api);
            }
            RunningProcess orphan = cli(data, "listen");
            orphan.awaitSaying("Listening on ");
            assertThat(shop.stop()).isZero();
            assertThat(orphan.awaitEnd()).isEqualTo(1);
            assertThat(orphan.said()).contains("tillstream: No shop is running on " + data);
        }
    }

    private void verifiesWhatComes(Path data, ApiClient api) throws Exception {
        RunningProcess listen = cli(data, "listen", "--events", "access.granted,product.*");
        listen.awaitSaying("Listening on ");
        String url = address(listen);
        assertThat(listen.said()).contains(" for access.granted,product.* of live data");
        await().atMost(LONG).until(() -> api.all("/webhooks").size() == 1);

        String product = api.post("/products", Map.of("name", "P", "slug", "p", "price", 100))
                .id();
        listen.awaitSaying("#1     product.created"); // else the next might overtake it
        String user = api.post("/users", Map.of("email", "ada@example.com")).id();
        assertThat(api.post("/users/" + user + "/access", Map.of("product_id", product))
                        .status())
                .isEqualTo(201);
        listen.awaitSaying("#2     access.granted");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(listen.said())
                        .containsPattern(
                                "#1 +product.created +[0-9a-f-]{36}  verified\\R {7}\\{\"event\":\"product.created\"")
                        .containsPattern(
                                "#2 +access.granted +[0-9a-f-]{36}  verified\\R {7}\\{\"event\":\"access.granted\""));

        // one address with its port, for whoever may add webhooks; the others are refused as ever
        int other = Ports.free();
        assertThat(added(api, url)).isEqualTo(201);
        for (String refused : new String[] {
            "http://127.0.0.1:" + other + "/",
            "https://127.0.0.1/",
            url.replace("127.0.0.1", "127.0.0.2"),
            url.replace("127.0.0.1", "localhost"),
            url.replace("127.0.0.1", "[::1]")
        }) assertThat(added(api, refused)).as(refused).isEqualTo(400);

        // what isn't the shop's is told apart
        assertThat(HTTP.send(
                                HttpRequest.newBuilder(URI.create(url))
                                        .header("webhook-id", "forged")
                                        .header("webhook-timestamp", "1")
                                        .header("webhook-signature", "v1,AAAA")
                                        .POST(BodyPublishers.ofString("{}"))
                                        .build(),
                                BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(401);
        listen.awaitSaying("NOT VERIFIED");

        assertThat(listen.stop()).isZero();
        assertThat(listen.said()).endsWith("Ended.\n");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(api.all("/webhooks"))
                        .extracting(webhook -> webhook.path("description").asString(""))
                        .containsExactly("by hand"));
        assertThat(added(api, url)).isEqualTo(400);
    }

    private void isRefusedWhenItCannotWork(Path data, ApiClient api) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertOneLine(finished(data, "listen", "--port", port), "Port " + port + " is taken by another program");
        }
        assertOneLine(finished(data, "listen", "--mode", "test"), "The key is for live data");
        assertOneLine(finished(data, "listen", "--events", "nothing.happened"), "The shop refuses the webhook: ");
        assertOneLine(
                finished(data, "listen", "--product", UUID.randomUUID().toString()), "The shop refuses the webhook: ");
        assertOneLine(finished(data, "listen", "--key", "sf_live_" + "0".repeat(64)), "refuses the key (401)");
        RunningProcess reading = finished(data, "listen", "--key", keyThatOnlyReads(data));
        assertOneLine(reading, "refuses the key (403): This API key lacks the permission webhooks:write");
        assertThat(api.all("/webhooks")).hasSize(1);

        // not with a key, and not with a wrong token
        Properties control = new Properties();
        control.load(new StringReader(Files.readString(data.resolve("control"))));
        String key = Files.readString(data.resolve("api-key")).strip();
        HttpRequest.Builder ask = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + control.getProperty("port") + "/listen"))
                .POST(BodyPublishers.ofString("port=9"));
        assertThat(HTTP.send(ask.copy().header("X-API-Key", key).build(), BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(403);
        assertThat(HTTP.send(ask.copy().header(Control.TOKEN, Secret.random(32)).build(), BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(403);
        assertThat(added(api, "http://127.0.0.1:9/")).isEqualTo(400);
    }

    /** As an admin makes it in a session. */
    private String keyThatOnlyReads(Path data) throws Exception {
        Properties control = new Properties();
        control.load(new StringReader(Files.readString(data.resolve("control"))));
        String url = control.getProperty("url");
        assertThat(finished(data, "admin", "add", "--email", "keys@example.com", "--password", "a long password")
                        .said())
                .contains("Added");
        HttpResponse<String> session = HTTP.send(
                json(
                                url + "/api/auth/login",
                                url,
                                "{\"email\": \"keys@example.com\", \"password\": \"a long password\"}")
                        .build(),
                BodyHandlers.ofString());
        String cookie = session.headers().firstValue("Set-Cookie").orElseThrow().split(";", -1)[0];
        HttpResponse<String> made = HTTP.send(
                json(url + "/api/v1/api-keys", url, "{\"name\": \"reads\", \"scopes\": [\"webhooks:read\"]}")
                        .header("Cookie", cookie)
                        .build(),
                BodyHandlers.ofString());
        return ApiClient.JSON.readTree(made.body()).at("/data/key").asString();
    }

    private static HttpRequest.Builder json(String url, String origin, String body) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .header("Origin", origin)
                .POST(BodyPublishers.ofString(body));
    }

    private void leavesNothingWhenKilled(Path data, ApiClient api) throws Exception {
        RunningProcess killed = cli(data, "listen");
        killed.awaitSaying("Listening on ");
        String url = address(killed);
        assertThat(added(api, url)).isEqualTo(201);
        killed.kill();
        await().atMost(LONG).until(() -> added(api, url) == 400);

        // nobody is sent anything by what it left, whoever has the port now; the next one removes it
        try (ServerSocket next = new ServerSocket(URI.create(url).getPort(), 1, InetAddress.getLoopbackAddress())) {
            String left = api.all("/webhooks").stream()
                    .filter(webhook -> webhook.path("description").asString("").contains("listen"))
                    .findFirst()
                    .orElseThrow()
                    .path("id")
                    .asString();
            next.setSoTimeout(1);
            ApiClient.Answer test = api.post("/webhooks/" + left + "/test", Map.of());
            assertThat(test.data().path("success").asBoolean()).isFalse();
            assertThat(test.data().path("error").asString()).contains("HTTPS");
        }
        RunningProcess again = cli(data, "listen");
        again.awaitSaying("Listening on ");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(api.all("/webhooks"))
                        .filteredOn(webhook ->
                                webhook.path("description").asString("").contains("listen"))
                        .hasSize(1));
        assertThat(again.stop()).isZero();
    }

    private static int added(ApiClient api, String url) {
        return api.post("/webhooks", Map.of("url", url, "events", new String[] {"*"}, "description", "by hand"))
                .status();
    }

    private static String address(RunningProcess listen) throws Exception {
        Matcher address = Pattern.compile("http://127\\.0\\.0\\.1:\\d+").matcher(listen.said());
        assertThat(address.find()).isTrue();
        return address.group() + "/";
    }

    private static void assertOneLine(RunningProcess ended, String message) throws Exception {
        assertThat(ended.awaitEnd()).isEqualTo(1);
        assertThat(ended.said()).contains(message).hasLineCount(1);
    }

    private RunningProcess finished(Path data, String... arguments) throws Exception {
        RunningProcess process = cli(data, arguments);
        process.awaitEnd();
        return process;
    }

    private RunningProcess cli(Path data, String... arguments) throws Exception {
        String[] all = Stream.concat(Stream.of(arguments), Stream.of("--data", data.toString()))
                .toArray(String[]::new);
        return RunningProcess.of(folder.resolve("said-" + runs++), all);
    }
}
