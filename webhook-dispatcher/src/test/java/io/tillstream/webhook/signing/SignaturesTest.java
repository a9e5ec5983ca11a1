package io.tillstream.webhook.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.tillstream.events.envelope.EventJson;
import java.io.OutputStream;
import java.net.http.HttpHeaders;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Against independent implementations of Standard Webhooks, and against the reference's own words. */
class SignaturesTest {
    private static final String SECRET =
            "whsec_" + Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes(UTF_8));
    private static final String OTHER =
            "whsec_" + Base64.getEncoder().encodeToString("fedcba9876543210fedcba9876543210".getBytes(UTF_8));
    private static final String BODY = "{\"event\":\"access.granted\",\"data\":{\"name\":\"Tür 🖌️\"}}";

    // the library compares the time with the real clock
    @SuppressWarnings("JavaInstantGetSecondsGetNano")
    private static final Instant NOW = Instant.ofEpochMilli(System.currentTimeMillis());

    @Test
    void areAcceptedByTheStandardsOwnLibrary() {
        assertThatCode(() -> new Webhook(SECRET).verify(BODY, headers(SECRET))).doesNotThrowAnyException();
    }

    @Test
    void areAcceptedByBothWhileTheSecretRotates() {
        assertThatCode(() -> new Webhook(SECRET).verify(BODY, headers(SECRET, OTHER)))
                .doesNotThrowAnyException();
        assertThatCode(() -> new Webhook(OTHER).verify(BODY, headers(SECRET, OTHER)))
                .doesNotThrowAnyException();
    }

    @Test
    void areRefusedForAnotherBodyOrSecret() {
        assertThatThrownBy(() -> new Webhook(SECRET).verify(BODY + " ", headers(SECRET)))
                .isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> new Webhook(OTHER).verify(BODY, headers(SECRET)))
                .isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void haveTheReferencesFormToo() throws Exception {
        String header = String.valueOf(Signatures.headers("msg", NOW, BODY.getBytes(UTF_8), List.of(SECRET, OTHER))
                .get("X-Sellf-Signature"));
        Map<String, List<String>> parts = java.util.Arrays.stream(header.split(","))
                .map(part -> part.split("=", 2))
                .collect(Collectors.groupingBy(
                        part -> part[0], Collectors.mapping(part -> part[1], Collectors.toList())));
        assertThat(parts.get("t")).containsExactly(String.valueOf(NOW.getEpochSecond()));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
        String expected = HexFormat.of().formatHex(mac.doFinal((NOW.getEpochSecond() + "." + BODY).getBytes(UTF_8)));
        assertThat(parts.get("v1")).hasSize(2).contains(expected);
    }

    /** Both say of each case on the standard input what came of it. */
    private static final String PYTHON = """
            import json, sys
            from standardwebhooks.webhooks import Webhook, WebhookVerificationError
            for case in json.load(sys.stdin):
                try:
                    Webhook(case["secret"]).verify(case["body"], case["headers"])
                    print("verified")
                except WebhookVerificationError:
                    print("refused")
            """;

    private static final String JAVASCRIPT = """
            const { Webhook, WebhookVerificationError } = require("standardwebhooks");
            for (const { secret, body, headers } of JSON.parse(require("fs").readFileSync(0))) {
              try {
                new Webhook(secret).verify(body, headers);
                console.log("verified");
              } catch (failure) {
                if (!(failure instanceof WebhookVerificationError)) throw failure;
                console.log("refused");
              }
            }
            """;

    @Test
    void areAcceptedByTheStandardsLibraryForPython() throws Exception {
        String python = System.getenv("TILLSTREAM_STANDARDWEBHOOKS_PYTHON");
        assumeTrue(python != null, "no Python with standardwebhooks: .ci/run has one");
        assertThat(said(new ProcessBuilder(python, "-c", PYTHON)))
                .containsExactly("verified", "verified", "verified", "refused", "refused", "refused");
    }

    @Test
    void areAcceptedByTheStandardsLibraryForJavaScript() throws Exception {
        String modules = System.getenv("TILLSTREAM_STANDARDWEBHOOKS_NODE");
        assumeTrue(modules != null, "no Node.js with standardwebhooks: .ci/run has one where there is npm");
        ProcessBuilder node = new ProcessBuilder("node", "-e", JAVASCRIPT);
        node.environment().put("NODE_PATH", modules);
        assertThat(said(node)).containsExactly("verified", "verified", "verified", "refused", "refused", "refused");
    }

    private static List<String> said(ProcessBuilder verifier) throws Exception {
        Map<String, String> once = Signatures.headers("msg_1", NOW, BODY.getBytes(UTF_8), List.of(SECRET));
        Map<String, String> rotating = Signatures.headers("msg_1", NOW, BODY.getBytes(UTF_8), List.of(SECRET, OTHER));
        Map<String, String> old =
                Signatures.headers("msg_1", NOW.minusSeconds(600), BODY.getBytes(UTF_8), List.of(SECRET));
        Process process =
                verifier.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(EventJson.STORED.writeValueAsBytes(List.of(
                    Map.of("secret", SECRET, "body", BODY, "headers", once),
                    Map.of("secret", SECRET, "body", BODY, "headers", rotating),
                    Map.of("secret", OTHER, "body", BODY, "headers", rotating),
                    Map.of("secret", OTHER, "body", BODY, "headers", once),
                    Map.of("secret", SECRET, "body", BODY + " ", "headers", once),
                    Map.of("secret", SECRET, "body", BODY, "headers", old))));
        }
        List<String> lines = new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).isZero();
        return lines;
    }

    private static HttpHeaders headers(String... secrets) {
        Map<String, String> headers = Signatures.headers("msg_1", NOW, BODY.getBytes(UTF_8), List.of(secrets));
        return HttpHeaders.of(
                headers.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue()))),
                (name, value) -> true);
    }
}
