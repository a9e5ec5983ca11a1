package io.tillstream.command.admin;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the operator wants to be there when the shop starts.
 *
 * @param adminEmail of the first admin
 * @param adminPassword of the first admin
 * @param apiKey a full key with all scopes, added at any start that doesn't know it
 * @param apiKeyLimit requests per minute of the operator's key, null for no limit
 * @param generate whether the first start makes up what isn't given: only where somebody shows it to the operator
 */
@ConfigurationProperties("tillstream")
public record FirstStartSettings(
        @Nullable String adminEmail,
        @Nullable String adminPassword,
        @Nullable String apiKey,
        @Nullable Integer apiKeyLimit,
        @DefaultValue("true") boolean generate) {
    public FirstStartSettings {
        adminEmail = given(adminEmail);
        adminPassword = given(adminPassword);
        apiKey = given(apiKey);
        if (apiKeyLimit != null && (apiKeyLimit < 1 || apiKeyLimit > 1_000))
            throw new IllegalArgumentException("tillstream.api-key-limit is between 1 and 1000 requests per minute");
    }

    // A variable that is set to nothing isn't set.
    private static @Nullable String given(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }

    @Override
    public String toString() {
        return "FirstStartSettings[]"; // holds secrets
    }
}
