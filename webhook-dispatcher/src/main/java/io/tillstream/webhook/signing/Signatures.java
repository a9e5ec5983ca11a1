package io.tillstream.webhook.signing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.events.webhook.WebhookView;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs a body with every secret that is valid, by both schemes: HMAC-SHA-256 over the time, the id and the exact bytes. */
public final class Signatures {
    /** Looking one up takes as long as signing a small body. */
    private static final ThreadLocal<Mac> MAC = ThreadLocal.withInitial(() -> {
        try {
            return Mac.getInstance("HmacSHA256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has HMAC-SHA-256", e);
        }
    });

    private Signatures() {}

    /**
     * The headers that sign one attempt.
     *
     * @param id stable over retries
     * @param secrets the newest first
     */
    public static Map<String, String> headers(String id, Instant sentAt, byte[] body, List<String> secrets) {
        long time = sentAt.getEpochSecond();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", Long.toString(time));
        headers.put(
                "webhook-signature",
                secrets.stream()
                        .map(secret -> "v1," + Base64.getEncoder().encodeToString(standard(secret, id, time, body)))
                        .collect(Collectors.joining(" ")));
        // contract: webhook-delivery §1, for receivers that were written for the reference API
        headers.put(
                "X-Sellf-Signature",
                secrets.stream()
                        .map(secret -> ",v1=" + HexFormat.of().formatHex(reference(secret, time, body)))
                        .collect(Collectors.joining("", "t=" + time, "")));
        return headers;
    }

    /** Keyed with the bytes that the secret spells. */
    private static byte[] standard(String secret, String id, long time, byte[] body) {
        byte[] key = Base64.getDecoder().decode(secret.substring(WebhookView.SECRET_PREFIX.length()));
        return hmac(key, id + "." + time + ".", body);
    }

    /** Keyed with the secret's text itself. */
    private static byte[] reference(String secret, long time, byte[] body) {
        return hmac(secret.getBytes(UTF_8), time + ".", body);
    }

    private static byte[] hmac(byte[] key, String prefix, byte[] body) {
        try {
            Mac mac = MAC.get();
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(prefix.getBytes(UTF_8));
            return mac.doFinal(body);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("HMAC takes any key", e);
        }
    }
}
