package io.tillstream.webhook.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
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

/** Against an independent implementation of Standard Webhooks, and against the reference's own words. */
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

    private static HttpHeaders headers(String... secrets) {
        Map<String, String> headers = Signatures.headers("msg_1", NOW, BODY.getBytes(UTF_8), List.of(secrets));
        return HttpHeaders.of(
                headers.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue()))),
                (name, value) -> true);
    }
}
