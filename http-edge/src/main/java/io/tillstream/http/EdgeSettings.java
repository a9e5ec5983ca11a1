package io.tillstream.http;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the edge is set up.
 *
 * @param siteUrl the admin's website, which browsers may call the API from; null for none
 * @param trustedProxy whether a proxy in front says who the client is ({@code X-Forwarded-For})
 */
@ConfigurationProperties("tillstream")
public record EdgeSettings(
        @Nullable String siteUrl,
        @DefaultValue("false") boolean trustedProxy,
        @DefaultValue Redis redis) {
    /**
     * Where Redis is and what it is asked.
     *
     * @param uri {@code redis://…}
     * @param sharedWrites whether other instances may have written for a credential, so that Redis is asked for it
     */
    public record Redis(
            @DefaultValue("redis://127.0.0.1:6379") String uri,
            @DefaultValue("true") boolean sharedWrites) {
        @Override
        public String toString() {
            return "Redis"; // the URI may hold a password
        }
    }
}
