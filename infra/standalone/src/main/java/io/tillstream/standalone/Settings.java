package io.tillstream.standalone;

import io.tillstream.standalone.Backends.Addresses;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The properties that the services read, as one shop in one process sets them. */
final class Settings {
    private Settings() {}

    static Map<String, Object> of(DataFolder data, Addresses addresses, int port, Map<String, Object> more) {
        String masterKey =
                more.getOrDefault("tillstream.master-key", data.masterKey()).toString();
        Map<String, Object> settings = new HashMap<>();
        settings.put("server.port", port);
        settings.put("spring.application.name", "tillstream");
        settings.put("spring.lifecycle.timeout-per-shutdown-phase", "15s");
        settings.put("tillstream.postgres.url", addresses.postgres().url());
        settings.put("tillstream.postgres.user", addresses.postgres().user());
        settings.put("tillstream.postgres.password", addresses.postgres().password());
        settings.put("tillstream.postgres.reader-password", readerPassword(masterKey));
        settings.put("tillstream.postgres.webhooks-password", derived(masterKey, "webhooks"));
        settings.put(Stores.KAFKA, addresses.kafka());
        settings.put(Stores.TOPIC, Backends.TOPIC);
        settings.put(Stores.MONGODB_URI, addresses.mongodb());
        settings.put(Stores.MONGODB_DATABASE, Backends.DATABASE);
        settings.put("tillstream.redis.uri", addresses.redis());
        settings.put("tillstream.redis.shared-writes", false);
        settings.put("tillstream.master-key", masterKey);
        settings.putAll(more);
        return settings;
    }

    /** What a shop made the reading role's password. */
    static String readerPassword(String masterKey) {
        return derived(masterKey, "reader");
    }

    /** A secret that needs no file of its own, and is the same for whoever has the master key. */
    private static String derived(String masterKey, String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(masterKey.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            byte[] secret = mac.doFinal(("tillstream standalone " + purpose).getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
