package io.tillstream.command.apikey;

import io.tillstream.events.Mode;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyDisabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRevoked;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRotated;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A working live key of one admin; specifications say what differs. */
final class AnApiKey {
    static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    static final UUID OWNER = UUID.fromString("0199c0de-0000-7000-8000-000000000002");
    static final UUID OTHER_ADMIN = UUID.fromString("0199c0de-0000-7000-8000-000000000003");
    static final UUID SUCCESSOR = UUID.fromString("0199c0de-0000-7000-8000-000000000004");
    static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    static final Instant EXPIRY = NOW.plus(Duration.ofDays(90));
    static final KeyMark MARK = new KeyMark("sf_live_a1b2", "ab".repeat(32));

    private String name = "CI";
    private @Nullable UUID owner = OWNER;
    private List<String> scopes = List.of("users:read", "products:write");

    private AnApiKey() {}

    static AnApiKey anApiKey() {
        return new AnApiKey();
    }

    AnApiKey named(String name) {
        this.name = name;
        return this;
    }

    AnApiKey withScope(String scope) {
        scopes = List.of(scope);
        return this;
    }

    /** The operator's, which belongs to no admin in particular. */
    AnApiKey ofTheOperator() {
        owner = null;
        return this;
    }

    ApiKey created() {
        return ApiKey.after(
                null,
                new ApiKeyCreated(
                        ID, NOW, owner, name, MARK.prefix(), MARK.hash(), Mode.LIVE, scopes, 120, EXPIRY, null));
    }

    ApiKey disabled() {
        return ApiKey.after(created(), new ApiKeyDisabled(ID, NOW));
    }

    ApiKey revoked() {
        return ApiKey.after(created(), new ApiKeyRevoked(ID, NOW, null));
    }

    ApiKey inItsGracePeriod() {
        return ApiKey.after(created(), new ApiKeyRotated(ID, NOW, SUCCESSOR, NOW.plus(Duration.ofHours(24))));
    }
}
