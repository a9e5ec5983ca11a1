package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tillstream.embedded.Ports;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The receivers that docs/receivers has for others to begin with, each as a process of its own and sent to by the dispatcher. */
class ReceiversTest {
    private static final Path RECEIVERS = Path.of("..", "docs", "receivers");

    /** Two attempts: what nobody receives is soon given up. */
    @RegisterExtension
    private static final DispatcherShop shop =
            new DispatcherShop("tillstream.webhook.retries=50ms", "tillstream.webhook.timeout=20s");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder = Path.of("");

    @Test
    void theOneInJavaFindsWhatItMissed() throws Exception {
        findsWhatItMissed(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "Receiver.java");
    }

    @Test
    void theOneInPythonFindsWhatItMissed() throws Exception {
        findsWhatItMissed(installed("python3"), "receiver.py");
    }

    @Test
    void theOneInJavaScriptFindsWhatItMissed() throws Exception {
        findsWhatItMissed(installed("node"), "receiver.mjs");
    }

    private void findsWhatItMissed(String program, String receiver) throws Exception {
        int port = Ports.free();
        String url = "http://127.0.0.1:" + port + "/";
        ShopWebhook webhook = shop.webhook(url, "'events': ['product.*']");
        shop.products(2);
        webhook.awaitLogs("permanently_failed", 2);
        // the first one is past its retention, the second one is not
        webhook.drop(1);
        String second =
                webhook.logs("permanently_failed").getFirst().path("message_id").asString();

        Path output = folder.resolve(receiver + ".out");
        ProcessBuilder command = new ProcessBuilder(
                        program,
                        RECEIVERS.resolve(receiver).toString(),
                        Integer.toString(port),
                        "--state",
                        folder.resolve(receiver + ".state").toString(),
                        "--feed",
                        shop.base() + webhook.path() + "/feed")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        command.environment().put("WEBHOOK_SECRET", webhook.secret());
        command.environment().put("TILLSTREAM_API_KEY", shop.key());
        Process process = command.start();
        try {
            said(output, "listening on port " + port);
            shop.product();
            said(output, "gap after 0", "lost 1 to 1", "event " + second + " product.created");
            String third = message(webhook, 3);
            said(output, "event " + third + " product.created");

            // signed with the new secret and with the one that the receiver knows
            assertThat(webhook.post("/rotate-secret", "").status()).isEqualTo(201);
            shop.product();
            webhook.awaitLogs("success", 2);
            said(output, "event " + message(webhook, 4) + " product.created");

            webhook.post("/replays", "{'from': '2000-01-01T00:00:00Z'}");
            said(output, "duplicate " + second, "duplicate " + third);

            HttpRequest forged = HttpRequest.newBuilder(URI.create(url))
                    .header("webhook-id", "forged")
                    .header(
                            "webhook-timestamp",
                            Long.toString(Clock.systemUTC().instant().getEpochSecond()))
                    .header("webhook-signature", "v1,AAAA v2,AAAA v1")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"event\":\"product.created\"}"))
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(forged, BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(401);
            said(output, "refused");
            assertThat(Files.readString(output)).doesNotContain("event forged");
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private String message(ShopWebhook webhook, long sequence) {
        return shop.get(webhook.path() + "/feed?after=" + (sequence - 1))
                .data()
                .path("deliveries")
                .path(0)
                .path("message_id")
                .asString();
    }

    private static void said(Path output, String... texts) {
        await().untilAsserted(() -> assertThat(Files.readString(output)).contains(texts));
    }

    private static String installed(String program) {
        String found = Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
        assumeTrue(!found.isEmpty(), "there is no " + program);
        return found;
    }
}
