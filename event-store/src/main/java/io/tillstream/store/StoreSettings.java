package io.tillstream.store;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the store is and who may do what in it.
 *
 * @param postgres connection of the owner, who writes, and of the role that can only read
 * @param masterKey 32 bytes in base64
 * @param shop names this shop in the {@code source} of its events
 */
@ConfigurationProperties("tillstream")
public record StoreSettings(
        Postgres postgres,
        String masterKey,
        @DefaultValue("shop") String shop) {
    /**
     * Connections of the owner, of the reader, and of the role that owns the webhook dispatcher's schema.
     *
     * @param url {@code jdbc:postgresql://…}
     * @param pool connections of each role at the most
     */
    public record Postgres(
            String url,
            @DefaultValue("tillstream") String user,
            @DefaultValue("") String password,
            @DefaultValue("tillstream_reader") String readerUser,
            @DefaultValue("") String readerPassword,
            @DefaultValue("tillstream_webhooks") String webhooksUser,
            @DefaultValue("") String webhooksPassword,
            @DefaultValue("16") int pool) {
        /** The same roles at another address. */
        public Postgres at(String otherUrl) {
            return new Postgres(
                    otherUrl, user, password, readerUser, readerPassword, webhooksUser, webhooksPassword, pool);
        }

        @Override
        public String toString() {
            return "Postgres[url=" + url + ", user=" + user + ", readerUser=" + readerUser + ", webhooksUser="
                    + webhooksUser + "]";
        }

        /** What the schema's migrations are told. */
        public Map<String, String> placeholders() {
            return Map.of(
                    "reader_user",
                    readerUser,
                    "reader_password",
                    readerPassword,
                    "webhooks_user",
                    webhooksUser,
                    "webhooks_password",
                    webhooksPassword);
        }
    }

    @Override
    public String toString() {
        return "StoreSettings[" + postgres + "]";
    }
}
